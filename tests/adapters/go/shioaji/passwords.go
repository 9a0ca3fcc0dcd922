package shioaji

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/des"
	"crypto/hmac"
	"crypto/md5"
	"crypto/rc4"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/binary"
	"errors"
	"hash"
	"unicode/utf16"

	"example.invalid/signproof-go-adapter/protocol"
)

var (
	errUndecryptable = errors.New("what was decrypted has no padding")
	errOddKey        = protocol.Reject("malformed-pfx", "a key that the cipher does not take")
)

// digests of MACs, by their identifiers.
var digests = map[string]func() hash.Hash{
	"1.3.14.3.2.26":          sha1.New,
	"2.16.840.1.101.3.4.2.1": sha256.New,
	"2.16.840.1.101.3.4.2.2": sha512.New384,
	"2.16.840.1.101.3.4.2.3": sha512.New,
	"2.16.840.1.101.3.4.2.4": sha256.New224,
}

// functions of PBKDF2.
var functions = map[string]func() hash.Hash{
	"1.2.840.113549.2.7":  sha1.New,
	"1.2.840.113549.2.8":  sha256.New224,
	"1.2.840.113549.2.9":  sha256.New,
	"1.2.840.113549.2.10": sha512.New384,
	"1.2.840.113549.2.11": sha512.New,
}

// decryption opens something encrypted with a password.
type decryption struct {
	iterations int
	legacy     bool
	decrypt    func(password string, octets []byte) ([]byte, error)
}

type newBlock func(key []byte) (cipher.Block, error)

func rc2Block(key []byte) (cipher.Block, error) { return newRC2(key), nil }

// twoKeys is triple DES whose third key is the first again.
func twoKeys(key []byte) (cipher.Block, error) {
	return des.NewTripleDESCipher(append(bytes.Clone(key), key[:8]...))
}

// The schemes of RFC 7292, appendix C: without a block they are RC4.
var pkcs12Schemes = map[string]struct {
	size   int
	block  newBlock
	legacy bool
}{
	"1.2.840.113549.1.12.1.1": {16, nil, true},
	"1.2.840.113549.1.12.1.2": {5, nil, true},
	"1.2.840.113549.1.12.1.3": {24, des.NewTripleDESCipher, false},
	"1.2.840.113549.1.12.1.4": {16, twoKeys, false},
	"1.2.840.113549.1.12.1.5": {16, rc2Block, true},
	"1.2.840.113549.1.12.1.6": {5, rc2Block, true},
}

// The ciphers of PBES2.
var pbes2Ciphers = map[string]struct {
	size   int
	block  newBlock
	legacy bool
}{
	"2.16.840.1.101.3.4.1.2":  {16, aes.NewCipher, false},
	"2.16.840.1.101.3.4.1.22": {24, aes.NewCipher, false},
	"2.16.840.1.101.3.4.1.42": {32, aes.NewCipher, false},
	"1.2.840.113549.3.7":      {24, des.NewTripleDESCipher, false},
	"1.3.14.3.2.7":            {8, des.NewCipher, true},
}

func unsupported(name string) error {
	return protocol.Reject("unsupported-encryption", "%s is not done", name)
}

// readDecryption reads an AlgorithmIdentifier; the error is for what is not known.
func readDecryption(algorithm der) (decryption, error) {
	name := algorithm.oid()
	scheme, isPKCS12 := pkcs12Schemes[name]
	parameters := algorithm.enter(tagSequence)
	if name == "1.2.840.113549.1.5.13" {
		return readPBES2(parameters)
	}
	salt, iterations := parameters.value(tagOctets), parameters.positive()
	switch {
	case name == "1.2.840.113549.1.5.3":
		return decryption{iterations, true, func(password string, octets []byte) ([]byte, error) {
			derived := pbkdf1(md5.New, []byte(password), salt, iterations)
			return decryptBlocks(des.NewCipher, derived[:8], derived[8:16], octets)
		}}, nil
	case !isPKCS12:
		return decryption{}, unsupported(name)
	}
	return decryption{iterations, scheme.legacy, func(password string, octets []byte) ([]byte, error) {
		wide := wideText(password)
		key := derive(sha1.New, wide, salt, iterations, 1, scheme.size)
		if scheme.block == nil {
			return decryptStream(key, octets)
		}
		start := derive(sha1.New, wide, salt, iterations, 2, 8)
		return decryptBlocks(scheme.block, key, start, octets)
	}}, nil
}

// readPBES2 reads the parameters of PBES2 with PBKDF2 (RFC 8018, appendix A).
func readPBES2(parameters der) (decryption, error) {
	derivation, encryption := parameters.enter(tagSequence), parameters.enter(tagSequence)
	name := encryption.oid()
	scheme, known := pbes2Ciphers[name]
	if !known {
		return decryption{}, unsupported(name)
	}
	start := encryption.value(tagOctets)
	if name = derivation.oid(); name != "1.2.840.113549.1.5.12" {
		return decryption{}, unsupported(name)
	}
	inside := derivation.enter(tagSequence)
	salt, iterations := inside.value(tagOctets), inside.positive()
	if inside.tag() == tagInteger {
		inside.positive()
	}
	name = "1.2.840.113549.2.7"
	if inside.tag() == tagSequence {
		algorithm := inside.enter(tagSequence)
		name = algorithm.oid()
	}
	function, known := functions[name]
	if !known {
		return decryption{}, unsupported(name)
	}
	return decryption{iterations, scheme.legacy, func(password string, octets []byte) ([]byte, error) {
		key := pbkdf2(function, []byte(password), salt, iterations, scheme.size)
		return decryptBlocks(scheme.block, key, start, octets)
	}}, nil
}

func decryptStream(key, octets []byte) ([]byte, error) {
	stream, err := rc4.NewCipher(key)
	if err != nil {
		return nil, err
	}
	opened := make([]byte, len(octets))
	stream.XORKeyStream(opened, octets)
	return opened, nil
}

// decryptBlocks undoes CBC and the padding.
func decryptBlocks(make newBlock, key, start, octets []byte) ([]byte, error) {
	block, err := make(key)
	if err != nil || len(start) != block.BlockSize() {
		return nil, errOddKey
	}
	if len(octets) == 0 || len(octets)%block.BlockSize() != 0 {
		return nil, errUndecryptable
	}
	opened := bytes.Clone(octets)
	cipher.NewCBCDecrypter(block, start).CryptBlocks(opened, octets)
	count := int(opened[len(opened)-1])
	if count == 0 || count > block.BlockSize() {
		return nil, errUndecryptable
	}
	kept, padding := opened[:len(opened)-count], opened[len(opened)-count:]
	if !bytes.Equal(padding, bytes.Repeat([]byte{byte(count)}, count)) {
		return nil, errUndecryptable
	}
	return kept, nil
}

// wideText is a password as RFC 7292 derives from it: UTF-16 and two zeros.
func wideText(password string) []byte {
	var octets []byte
	for _, unit := range append(utf16.Encode([]rune(password)), 0) {
		octets = binary.BigEndian.AppendUint16(octets, unit)
	}
	return octets
}

// pbkdf1 is RFC 8018, section 5.1, with all octets of the digest.
func pbkdf1(digest func() hash.Hash, password, salt []byte, iterations int) []byte {
	derived := append(bytes.Clone(password), salt...)
	for range iterations {
		state := digest()
		state.Write(derived)
		derived = state.Sum(nil)
	}
	return derived
}

// pbkdf2 is RFC 8018, section 5.2.
func pbkdf2(digest func() hash.Hash, password, salt []byte, iterations, size int) []byte {
	var derived []byte
	state := hmac.New(digest, password)
	for number := uint32(1); len(derived) < size; number++ {
		state.Reset()
		state.Write(salt)
		state.Write(binary.BigEndian.AppendUint32(nil, number))
		last := state.Sum(nil)
		sum := bytes.Clone(last)
		for range iterations - 1 {
			state.Reset()
			state.Write(last)
			last = state.Sum(last[:0])
			for at := range sum {
				sum[at] ^= last[at]
			}
		}
		derived = append(derived, sum...)
	}
	return derived[:size]
}

// derive is RFC 7292, appendix B.2, for a purpose of appendix B.3.
func derive(digest func() hash.Hash, password, salt []byte, iterations int, purpose byte, size int) []byte {
	width := digest().BlockSize()
	start := bytes.Repeat([]byte{purpose}, width)
	input := append(filled(salt, width), filled(password, width)...)
	var derived []byte
	for {
		block := pbkdf1(digest, start, input, iterations)
		derived = append(derived, block...)
		if len(derived) >= size {
			return derived[:size]
		}
		addend := filled(block, width)[:width]
		for from := 0; from < len(input); from += width {
			add(input[from:from+width], addend)
		}
	}
}

// filled repeats octets to the next multiple of the width.
func filled(octets []byte, width int) []byte {
	if len(octets) == 0 {
		return nil
	}
	size := (len(octets) + width - 1) / width * width
	return bytes.Repeat(octets, size/len(octets)+1)[:size]
}

// add adds a number of as many octets, and one.
func add(to, addend []byte) {
	carry := 1
	for at := len(to) - 1; at >= 0; at-- {
		carry += int(to[at]) + int(addend[at])
		to[at] = byte(carry)
		carry >>= 8
	}
}
