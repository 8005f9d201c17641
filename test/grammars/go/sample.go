package store

import (
	"fmt"
	str "strings"
)

const Limit = 10

var (
	ErrMissing = fmt.Errorf("missing")
)

type Reader interface {
	Read(p []byte) (int, error)
}

type Store struct {
	name  string
	inner *Reader
}

type ID = string

func New(name string, rest ...int) *Store {
	return &Store{name: str.ToLower(name)}
}

func (s *Store) Find(key ID) (value int, err error) {
	for i, part := range str.Split(key, `.`) {
		if n, err := fmt.Sscan(part, &value); err != nil {
			return n, err
		}
		defer func() { fmt.Println(i) }()
	}
	switch {
	case value > Limit:
		err = ErrMissing
	default:
	}
	return // nothing
}
