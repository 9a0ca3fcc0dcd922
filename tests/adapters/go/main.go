// An adapter in Go, with the standard library only.
//
// The package protocol speaks the protocol; longbridge, tiger and shioaji are one scheme each. The
// first was written from docs/protocol.md alone. Who wrote the others had read signproof's own code
// before: their arithmetic, JSON, DER and base64 are Go's own, but not what tiger takes for a path or
// a setting, nor the order in which shioaji looks for what a file is.
package main

import (
	"fmt"
	"os"

	"example.invalid/signproof-go-adapter/longbridge"
	"example.invalid/signproof-go-adapter/protocol"
	"example.invalid/signproof-go-adapter/shioaji"
	"example.invalid/signproof-go-adapter/tiger"
)

func main() {
	adapter := protocol.Adapter{
		Implementation: map[string]string{"name": "example-go-sdk", "version": "1.0.0"},
		Schemes: map[string]protocol.Scheme{
			"longbridge-hmac": longbridge.Scheme,
			"tiger-rsa":       tiger.Scheme,
			"shioaji-ca":      shioaji.Scheme,
		},
		Features: []string{"stages", "reasons", "bench", "refresh", "strict-keys"},
	}
	if err := adapter.Serve(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "adapter:", err)
		os.Exit(1)
	}
}
