module example.org/keeper

go 1.21
