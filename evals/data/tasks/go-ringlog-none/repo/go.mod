module example.org/ringlog

go 1.21
