module example.org/unitsize

go 1.21
