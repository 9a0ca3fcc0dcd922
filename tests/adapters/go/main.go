// An adapter in Go, with the standard library only.
//
// The package protocol speaks the protocol; longbridge and tiger are one scheme each. The first was
// written from docs/protocol.md alone. Who wrote tiger had read signproof's own code before: its
// arithmetic, JSON, DER and base64 are Go's own, but not what it takes for a path or a setting.
package main

import (
	"fmt"
	"os"

	"example.invalid/signproof-go-adapter/longbridge"
	"example.invalid/signproof-go-adapter/protocol"
	"example.invalid/signproof-go-adapter/tiger"
)

func main() {
	adapter := protocol.Adapter{
		Implementation: map[string]string{"name": "example-go-sdk", "version": "1.0.0"},
		Schemes: map[string]protocol.Scheme{
			"longbridge-hmac": longbridge.Scheme,
			"tiger-rsa":       tiger.Scheme,
		},
		Features: []string{"stages", "reasons", "refresh", "strict-keys"},
	}
	if err := adapter.Serve(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "adapter:", err)
		os.Exit(1)
	}
}
