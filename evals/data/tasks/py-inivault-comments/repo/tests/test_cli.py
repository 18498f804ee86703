from inivault.cli import main


def test_get_and_set(tmp_path, capsys):
    path = tmp_path / "a.ini"
    path.write_text("[a]\nx = 1\n")
    assert main(["set", str(path), "a.x", "2"]) == 0
    assert main(["get", str(path), "a.x"]) == 0
    assert capsys.readouterr().out == "2\n"
    assert main(["get", str(path), "a.y"]) == 1


def test_wrong_usage_and_missing_files(tmp_path, capsys):
    assert main(["put"]) == 2
    assert main(["get", str(tmp_path / "none"), "a.x"]) == 1
    assert "none" in capsys.readouterr().err
