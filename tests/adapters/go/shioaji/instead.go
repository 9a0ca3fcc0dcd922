package shioaji

import (
	"bytes"
	"encoding/base64"
	"regexp"
	"strings"

	"example.invalid/signproof-go-adapter/protocol"
)

const (
	lookedAt = 4096
	blank    = " \t\r\n\v\f\x00"
	pkcs7    = "1.2.840.113549.1.7."
)

var (
	armour     = regexp.MustCompile(`-----BEGIN [A-Z0-9][A-Z0-9 ]*-----`)
	base64Text = regexp.MustCompile(`^["']?(M[A-Za-z0-9+/_-]{11,})`)
	pathStart  = regexp.MustCompile(`(?i)^["']?(?:~?/|\.{1,2}[/\\]|[A-Z]:[/\\]|\\\\|file:)[^\r\n]*$`)
	errNotPFX  = protocol.Reject("not-a-pfx", "nothing can be recognised in it")
	pathEnd    = regexp.MustCompile(`(?i)^[^\r\n=]*\.(?:pfx|p12|pem|cer|crt|der|key)["']?$`)
)

// starts are what other files begin with.
var starts = []struct{ octets, reason string }{
	{"\xfe\xed\xfe\xed", "keystore"},
	{"\xce\xce\xce\xce", "keystore"},
	{"PK\x03\x04", "zip"},
	{"PK\x05\x06", "zip"},
	{"PK\x07\x08", "zip"},
	{"\xff\xfe", "utf-16"},
	{"\xfe\xff", "utf-16"},
}

// instead says what a file is in the place of PKCS#12, empty where it may be DER.
func instead(octets []byte) string {
	if beginsLikeDER(octets) {
		return ""
	}
	if len(bytes.Trim(octets, blank)) == 0 {
		return "empty"
	}
	for _, start := range starts {
		if bytes.HasPrefix(octets, []byte(start.octets)) {
			return start.reason
		}
	}
	head := octets[:min(len(octets), lookedAt)]
	if isWide(head) {
		return "utf-16"
	}
	if armour.Match(octets) {
		return "pem"
	}
	text := string(bytes.Trim(bytes.TrimPrefix(head, []byte("\ufeff")), blank))
	switch {
	case strings.HasPrefix(text, "<"):
		return "web-page"
	case isBase64OfDER(text):
		return "base64"
	case pathStart.MatchString(text) || pathEnd.MatchString(text):
		return "path"
	case strings.HasPrefix(text, "0"):
		return ""
	}
	return "not-a-pfx"
}

func beginsLikeDER(octets []byte) bool {
	return len(octets) > 1 && octets[0] == '0' && octets[1] >= 0x80 && octets[1] <= 0x84
}

func isBase64OfDER(text string) bool {
	found := base64Text.FindStringSubmatch(text)
	if found == nil {
		return false
	}
	standard := strings.NewReplacer("-", "+", "_", "/").Replace(found[1][:12])
	octets, err := base64.StdEncoding.DecodeString(standard)
	return err == nil && beginsLikeDER(octets)
}

// isWide tells whether text is ASCII and zeros in turns.
func isWide(head []byte) bool {
	for first := range 2 {
		zeros, only := 0, true
		for at, octet := range head {
			if at%2 == first {
				only = only && octet > 0 && octet < 0x80
			} else {
				only = only && octet == 0
				zeros++
			}
		}
		if only && zeros >= 8 {
			return true
		}
	}
	return false
}

// otherDER refuses DER that is not PKCS#12, and PKCS#12 that is not DER.
func otherDER(octets []byte) error {
	whole := derOf(octets)
	inside := whole.enter(tagSequence)
	switch {
	case *whole.broken && !looksLikePFX(octets):
		return errNotPFX
	case *whole.broken && isCut(octets):
		return protocol.Reject("truncated", "its end is missing")
	case *whole.broken:
		return errMalformed
	}
	switch inside.tag() {
	case tagOID:
		if strings.HasPrefix(inside.oid(), pkcs7) {
			return protocol.Reject("cms", "PKCS#7")
		}
	case tagSequence:
		inside.value(tagSequence)
		switch inside.tag() {
		case tagBits, tagOctets:
			return protocol.Reject("key", "a key")
		case tagSequence:
			return protocol.Reject("certificate", "a certificate")
		}
	case tagInteger:
		return otherVersioned(inside)
	}
	return errNotPFX
}

// otherVersioned refuses what begins with a version and is not PKCS#12.
func otherVersioned(inside der) error {
	version := inside.value(tagInteger)
	switch inside.tag() {
	case tagInteger, tagOctets:
		return protocol.Reject("key", "a key")
	case tagSequence:
	default:
		return errNotPFX
	}
	content := inside.enter(tagSequence)
	name := content.oid()
	switch {
	case *inside.broken:
		return errMalformed
	case !strings.HasPrefix(name, pkcs7):
		return protocol.Reject("key", "a key")
	case !bytes.Equal(version, []byte{3}):
		return protocol.Reject("wrong-version", "the version is not 3")
	case name != pkcs7+"1":
		return protocol.Reject("unsupported-protection", "it is signed, and has no MAC")
	}
	return nil
}

// lengthOf reads the first length, and how many octets it and its tag have.
func lengthOf(octets []byte) (length, head int) {
	if len(octets) < 2 {
		return 0, len(octets)
	}
	if octets[1] < 0x80 {
		return int(octets[1]), 2
	}
	head = min(2+int(octets[1]&0x7f), len(octets))
	for _, octet := range octets[2:head] {
		length = length<<8 | int(octet)
	}
	return length, head
}

// looksLikePFX tells whether it begins like RFC 7292's PFX, whatever its length says.
func looksLikePFX(octets []byte) bool {
	if len(octets) < 2 || octets[0] != '0' || octets[1] > 0x84 {
		return false
	}
	_, head := lengthOf(octets)
	rest, found := bytes.CutPrefix(octets[head:], []byte{2, 1, 3})
	return found && (len(rest) == 0 || rest[0] == '0')
}

func isCut(octets []byte) bool {
	length, head := lengthOf(octets)
	return octets[1] != 0x80 && head+length > len(octets)
}
