package tiger

import (
	"encoding/base64"
	"encoding/binary"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"example.invalid/signproof-go-adapter/protocol"
)

const largestInput = 65_536

var (
	hyphens     = regexp.MustCompile(`-----|-(BEGIN|END) `)
	begin       = regexp.MustCompile(`-----BEGIN ([A-Z0-9][A-Z0-9 ]*)-----`)
	end         = regexp.MustCompile(`-----END [A-Z0-9][A-Z0-9 ]*-----`)
	startOfPath = regexp.MustCompile(`^(~?/|\.{1,2}[/\\]|[A-Za-z]:[/\\]|\\\\|file:)[^\n]*$`)
	endOfPath   = regexp.MustCompile(`(?i)^[^\n=]*\.(pem|key|der|p8|pk8|p1|pk1|txt|properties|` +
		`pfx|p12|crt|cer|pub)$`)
	legacyCipher = regexp.MustCompile(`\nDEK-Info: (AES-(128|192|256)|DES-EDE3)-CBC,`)
	setting      = regexp.MustCompile(`^(export )?[A-Za-z_][A-Za-z0-9_.]{1,60} ?[=:] ?[^=\s]`)
)

// unwrap takes off whatever is around the DER of a key.
func unwrap(octets []byte) ([]byte, error) {
	if len(octets) > largestInput {
		return nil, protocol.Reject("input-too-large", "%d octets", len(octets))
	}
	if len(octets) > 0 && octets[0] == 0x30 && !isText(octets) {
		if size := statedSize(octets); size > 0 && size < len(octets) {
			octets = octets[:size]
		}
		return octets, nil
	}
	content, ok := decodeText(octets)
	if !ok {
		return nil, protocol.Reject("not-a-key", "neither DER nor text")
	}
	content, err := tidied(content)
	if err != nil {
		return nil, err
	}
	if hyphens.MatchString(content) {
		return armoured(content)
	}
	der, _, err := decodeBase64(content)
	return der, err
}

func isText(octets []byte) bool {
	for _, octet := range octets {
		if octet > '~' || (octet < ' ' && !strings.ContainsRune("\t\n\f\r", rune(octet))) {
			return false
		}
	}
	return true
}

// statedSize returns how long the SEQUENCE at the start says that it is, 0 where it does not.
func statedSize(head []byte) int {
	if len(head) < 2 || head[0] != 0x30 {
		return 0
	}
	if head[1] < 0x80 {
		return 2 + int(head[1])
	}
	count := int(head[1] & 0x7f)
	if count < 1 || count > 3 || len(head) < 2+count {
		return 0
	}
	padded := append(make([]byte, 4-count), head[2:2+count]...)
	return 2 + count + int(binary.BigEndian.Uint32(padded))
}

// decodeText reads UTF-8, or UTF-16 with a byte order mark.
func decodeText(octets []byte) (string, bool) {
	for mark, order := range map[string]binary.ByteOrder{
		"\xff\xfe": binary.LittleEndian,
		"\xfe\xff": binary.BigEndian,
	} {
		if !strings.HasPrefix(string(octets), mark) {
			continue
		}
		var units []uint16
		for at := 2; at+1 < len(octets); at += 2 {
			units = append(units, order.Uint16(octets[at:]))
		}
		return string(utf16.Decode(units)), len(octets)%2 == 0
	}
	return strings.TrimPrefix(string(octets), "\ufeff"), utf8.Valid(octets)
}

// tidied refuses what is plainly no key, and takes off white space, quotes and literal newlines.
func tidied(content string) (string, error) {
	content = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(content)
	content = strings.Map(func(r rune) rune {
		isOdd := unicode.IsSpace(r) || strings.ContainsRune("\u200b\u2060\ufeff", r)
		if isOdd && r != '\n' && r != '\t' {
			return ' '
		}
		return r
	}, content)
	content = strings.Trim(content, " \t\n")
	bare := strings.Trim(content, `"'`)
	refuse := func(reason string) (string, error) {
		return "", protocol.Reject(reason, "this is no key")
	}
	switch {
	case content == "":
		return refuse("empty")
	case content[0] == '<':
		return refuse("web-page")
	case hasPrefix(content, "PuTTY-User-Key-File", "ssh-", "ecdsa-"):
		return refuse("other-container")
	case startOfPath.MatchString(bare), endOfPath.MatchString(bare):
		return refuse("path")
	case setting.MatchString(content):
		return refuse("settings")
	}
	content = strings.NewReplacer("“", `"`, "”", `"`, "‘", `"`, "’", `"`).Replace(content)
	if last := len(content) - 1; last > 0 && strings.ContainsAny(content[:1], `"'`) &&
		content[0] == content[last] {
		content = strings.Trim(content[1:last], " \t\n")
		if content == "" {
			return refuse("empty")
		}
	}
	return strings.NewReplacer(`\r\n`, "\n", `\n`, "\n").Replace(content), nil
}

func hasPrefix(content string, prefixes ...string) bool {
	for _, prefix := range prefixes {
		if strings.HasPrefix(content, prefix) {
			return true
		}
	}
	return false
}

// armoured reads what is between BEGIN and END lines, of which one may be missing.
func armoured(content string) ([]byte, error) {
	var opening []int
	keys := 0
	for _, found := range begin.FindAllStringSubmatchIndex(content, -1) {
		isKey := strings.HasSuffix(content[found[2]:found[3]], "PRIVATE KEY")
		if opening == nil || (isKey && keys == 0) {
			opening = found
		}
		if isKey {
			keys++
		}
	}
	if keys > 1 {
		return nil, protocol.Reject("several-keys", "%d keys", keys)
	}
	body := content
	if opening != nil {
		if content[opening[2]:opening[3]] == "OPENSSH PRIVATE KEY" {
			return nil, protocol.Reject("other-container", "an OpenSSH key")
		}
		body = content[opening[1]:]
	}
	closing := end.FindStringIndex(body)
	if opening == nil && closing == nil {
		return nil, protocol.Reject("malformed-armour", "neither BEGIN nor END")
	}
	if closing != nil {
		body = body[:closing[0]]
	}
	body = strings.Trim(body, " \t\n")
	switch {
	case body == "":
		return nil, protocol.Reject("empty", "nothing between BEGIN and END")
	case strings.HasPrefix(body, "Proc-Type: 4,ENCRYPTED\n"):
		if legacyCipher.MatchString(body) {
			return nil, errEncrypted
		}
		return nil, errUnknown
	case body[0] != 'M':
		return nil, protocol.Reject("malformed-armour", "no base64 after BEGIN")
	}
	der, rest, err := decodeBase64(body)
	if err == nil && closing != nil && rest {
		return nil, protocol.Reject("malformed-armour", "something else before END")
	}
	return der, err
}

// decodeBase64 decodes the DER at the start, whose own length tells its end, and tells whether
// more follows. White space, the URL-safe alphabet and missing padding are taken.
func decodeBase64(content string) ([]byte, bool, error) {
	chars := strings.NewReplacer(" ", "", "\t", "", "\n", "", "-", "+", "_", "/").Replace(content)
	if len(chars) < 8 && strings.HasPrefix(chars, "M") {
		return nil, false, protocol.Reject("truncated", "%d characters", len(chars))
	}
	if len(chars) < 8 || chars[0] != 'M' {
		return nil, false, protocol.Reject("not-a-key", "it does not start like one")
	}
	head, err := base64.RawStdEncoding.DecodeString(chars[:8])
	size := statedSize(head)
	if err != nil || size == 0 {
		return nil, false, protocol.Reject("not-a-key", "it does not start like one")
	}
	count := (size*4 + 2) / 3
	whole := min(count, len(chars))
	good := strings.IndexFunc(chars[:whole], func(r rune) bool {
		return !(r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' || r >= '0' && r <= '9' ||
			r == '+' || r == '/')
	})
	if good >= 0 && strings.Trim(chars[good:whole], "=") != "" {
		return nil, false, protocol.Reject("malformed-base64", "at character %d", good)
	}
	if good >= 0 || whole < count {
		return nil, false, protocol.Reject("truncated", "%d of %d characters", whole, count)
	}
	der, err := base64.RawStdEncoding.Strict().DecodeString(chars[:count])
	if err != nil {
		return nil, false, protocol.Reject("malformed-base64", "stray bits at the end")
	}
	return der, strings.TrimLeft(chars[count:], "=") != "", nil
}
