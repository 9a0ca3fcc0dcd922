package tiger

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"unicode/utf8"
)

var errNotJSON = errors.New("not one JSON object")

// duplicate is a name that stands twice in one object.
type duplicate string

func (d duplicate) Error() string { return fmt.Sprintf("the name %q stands twice", string(d)) }

// readObject reads one JSON object as encoding/json does not: no name twice at any depth, and
// octets that are not UTF-8 refused. Numbers come as json.Number, as they are written.
func readObject(octets []byte) (map[string]any, error) {
	if !utf8.Valid(octets) {
		return nil, errNotJSON
	}
	decoder := json.NewDecoder(bytes.NewReader(octets))
	decoder.UseNumber()
	value, err := readValue(decoder)
	if err != nil {
		return nil, err
	}
	if _, err := decoder.Token(); err != io.EOF {
		return nil, errNotJSON
	}
	members, isObject := value.(map[string]any)
	if !isObject {
		return nil, errNotJSON
	}
	return members, nil
}

func readValue(decoder *json.Decoder) (any, error) {
	token, err := decoder.Token()
	if err != nil {
		return nil, errNotJSON
	}
	switch token {
	case json.Delim('{'):
		return readMembers(decoder)
	case json.Delim('['):
		return readItems(decoder)
	}
	return token, nil
}

func readMembers(decoder *json.Decoder) (any, error) {
	members := map[string]any{}
	var twice error
	for decoder.More() {
		token, err := decoder.Token()
		if err != nil {
			return nil, errNotJSON
		}
		name := token.(string)
		value, err := readValue(decoder)
		if err != nil {
			return nil, err
		}
		if _, stands := members[name]; stands {
			twice = duplicate(name)
		}
		members[name] = value
	}
	if _, err := decoder.Token(); err != nil {
		return nil, errNotJSON
	}
	return members, twice
}

func readItems(decoder *json.Decoder) (any, error) {
	items := []any{}
	for decoder.More() {
		value, err := readValue(decoder)
		if err != nil {
			return nil, err
		}
		items = append(items, value)
	}
	if _, err := decoder.Token(); err != nil {
		return nil, errNotJSON
	}
	return items, nil
}

// hasLoneSurrogate tells whether a JSON text has a \u escape of half a pair, which encoding/json
// replaces.
func hasLoneSurrogate(octets []byte) bool {
	for at := 0; at < len(octets); at++ {
		if octets[at] != '\\' {
			continue
		}
		unit := escapedUnit(octets[at:])
		switch {
		case unit >= 0xdc00 && unit <= 0xdfff:
			return true
		case unit >= 0xd800 && unit <= 0xdbff:
			low := escapedUnit(octets[at+6:])
			if low < 0xdc00 || low > 0xdfff {
				return true
			}
			at += 11
		default:
			at++ // over what is escaped
		}
	}
	return false
}

// escapedUnit returns the number in a \uXXXX at the start of the octets, -1 where there is none.
func escapedUnit(octets []byte) int {
	if len(octets) < 6 || octets[0] != '\\' || octets[1] != 'u' {
		return -1
	}
	unit, err := strconv.ParseUint(string(octets[2:6]), 16, 16)
	if err != nil {
		return -1
	}
	return int(unit)
}
