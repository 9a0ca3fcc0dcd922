module example.invalid/signproof-go-adapter

go 1.23
