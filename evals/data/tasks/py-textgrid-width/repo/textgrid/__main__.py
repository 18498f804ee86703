from textgrid.cli import main

raise SystemExit(main())
