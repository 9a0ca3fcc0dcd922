// An adapter in Go, written from docs/protocol.md alone and with the standard library only.
//
// This file speaks the protocol. signer.go makes signatures, received.go judges what was received.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"
)

const (
	scheme    = "longbridge-hmac"
	lineLimit = 8 << 20
)

// message is any request of the harness; members that a type does not have stay empty.
type message struct {
	Type       string          `json:"type"`
	Seq        int64           `json:"seq"`
	Protocols  []int           `json:"protocols"`
	Scheme     string          `json:"scheme"`
	Operation  string          `json:"operation"`
	Credential *string         `json:"credential"`
	Values     json.RawMessage `json:"values"`
	Input      json.RawMessage `json:"input"`
}

type startReply struct {
	Seq            int64               `json:"seq"`
	Protocol       int                 `json:"protocol"`
	Implementation map[string]string   `json:"implementation"`
	Operations     map[string][]string `json:"operations"`
	Features       []string            `json:"features"`
	Window         int                 `json:"window"`
}

// reply answers `prepare` and `run`.
type reply struct {
	Seq     int64             `json:"seq"`
	Status  string            `json:"status"`
	Output  any               `json:"output,omitempty"`
	Stages  map[string]string `json:"stages,omitempty"`
	Reason  string            `json:"reason,omitempty"`
	Message string            `json:"message,omitempty"`
}

// rejection is an error by which an operation refuses its input on purpose.
type rejection struct {
	reason  string
	message string
}

func (r *rejection) Error() string { return r.reason + ": " + r.message }

func reject(reason, format string, values ...any) error {
	return &rejection{reason, fmt.Sprintf(format, values...)}
}

// operation returns the output and, where there are any, the stages.
type operation func(credential credential, input []byte) (any, map[string]string, error)

var operations = map[string]operation{
	"sign":             sign,
	"request":          request,
	"refresh-request":  refreshRequest,
	"verify":           verify,
	"response":         response,
	"refresh-response": refreshResponse,
}

type adapter struct {
	credentials map[string]credential
}

func (a *adapter) answer(m message) any {
	switch m.Type {
	case "start":
		return introduction(m.Seq)
	case "prepare":
		var values credential
		if err := json.Unmarshal(m.Values, &values); err != nil {
			return reply{Seq: m.Seq, Status: "errored", Message: err.Error()}
		}
		a.credentials[*m.Credential] = values
		return reply{Seq: m.Seq, Status: "output"}
	case "run":
		return a.run(m)
	}
	return reply{Seq: m.Seq, Status: "skipped", Message: "unknown message type " + m.Type}
}

func introduction(seq int64) startReply {
	names := make([]string, 0, len(operations))
	for name := range operations {
		names = append(names, name)
	}
	slices.Sort(names)
	return startReply{
		Seq:      seq,
		Protocol: 1,
		Implementation: map[string]string{
			"name":     "example-go-sdk",
			"version":  "1.0.0",
			"language": "Go",
			"runtime":  runtime.Version(),
		},
		Operations: map[string][]string{scheme: names},
		Features:   []string{"stages", "reasons", "refresh"},
		Window:     16,
	}
}

func (a *adapter) run(m message) reply {
	do, known := operations[m.Operation]
	if m.Scheme != scheme || !known {
		return reply{Seq: m.Seq, Status: "skipped", Message: "unknown operation"}
	}
	var values credential
	if m.Credential != nil {
		values = a.credentials[*m.Credential]
	}
	output, stages, err := do(values, m.Input)
	var refused *rejection
	switch {
	case errors.As(err, &refused):
		return reply{Seq: m.Seq, Status: "rejected", Reason: refused.reason, Message: refused.message}
	case err != nil:
		return reply{Seq: m.Seq, Status: "errored", Message: err.Error()}
	}
	return reply{Seq: m.Seq, Status: "output", Output: output, Stages: stages}
}

func serve() error {
	a := adapter{credentials: map[string]credential{}}
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(make([]byte, 64<<10), lineLimit)
	out := bufio.NewWriter(os.Stdout)
	for lines.Scan() {
		var m message
		if err := json.Unmarshal(lines.Bytes(), &m); err != nil {
			return fmt.Errorf("not a message: %w", err)
		}
		line, err := json.Marshal(a.answer(m))
		if err != nil {
			return err
		}
		// A message is one line: json.Marshal writes none of its own.
		if bytes.IndexByte(line, '\n') >= 0 {
			return errors.New("a reply of more than one line")
		}
		out.Write(append(line, '\n'))
		if err := out.Flush(); err != nil {
			return err
		}
	}
	return lines.Err()
}

func main() {
	if err := serve(); err != nil {
		fmt.Fprintln(os.Stderr, "adapter:", err)
		os.Exit(1)
	}
}
