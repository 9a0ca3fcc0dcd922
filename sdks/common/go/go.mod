module example.invalid/signproof-driver

go 1.22
