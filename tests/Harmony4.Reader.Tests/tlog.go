// Merkle proofs as Go's checksum database makes and checks them (golang.org/x/mod/sumdb/tlog).
//
//	tlog prove SIZE…   prints trees of these sizes with all their proofs, as tests/Vectors/crypto/merkle-go.json holds them
//	tlog check         reads one proof a line from standard input and says "true" or "false" of each
//
// Record i of every tree is the text "record i".
package main

import (
	"bufio"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"strconv"

	"golang.org/x/mod/sumdb/tlog"
)

type proof struct {
	Size  int64    `json:"size"`
	Root  string   `json:"root"`
	Index int64    `json:"index"` // of the record, or the old tree's size
	Hash  string   `json:"hash"`  // of the record, or the old tree's root
	Path  []string `json:"path"`
	Tree  bool     `json:"tree"` // whether the proof is of an old tree
}

type tree struct {
	Size        int64      `json:"size"`
	Root        string     `json:"root"`
	Inclusion   [][]string `json:"inclusion"`   // of every record
	Consistency [][]string `json:"consistency"` // with the trees of 1, 2, … records
}

type storage []tlog.Hash

func (s storage) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	hashes := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		hashes[i] = s[index]
	}
	return hashes, nil
}

func must[T any](value T, err error) T {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	return value
}

func text(hashes []tlog.Hash) []string {
	texts := make([]string, len(hashes))
	for i, hash := range hashes {
		texts[i] = hex.EncodeToString(hash[:])
	}
	return texts
}

func hash(text string) (h tlog.Hash, err error) {
	bytes, err := hex.DecodeString(text)
	if err == nil && len(bytes) != len(h) {
		err = fmt.Errorf("a hash of %d bytes", len(bytes))
	}
	copy(h[:], bytes)
	return h, err
}

func prove(sizes []string) {
	var trees []tree
	for _, size := range sizes {
		n := must(strconv.ParseInt(size, 10, 64))
		var stored storage
		for i := int64(0); i < n; i++ {
			stored = append(stored, must(tlog.StoredHashes(i, []byte("record "+strconv.FormatInt(i, 10)), stored))...)
		}
		root := must(tlog.TreeHash(n, stored))
		t := tree{Size: n, Root: hex.EncodeToString(root[:])}
		for i := int64(0); i < n; i++ {
			t.Inclusion = append(t.Inclusion, text(must(tlog.ProveRecord(n, i, stored))))
			t.Consistency = append(t.Consistency, text(must(tlog.ProveTree(n, i+1, stored))))
		}
		trees = append(trees, t)
	}
	must(0, json.NewEncoder(os.Stdout).Encode(trees))
}

func holds(p proof) bool {
	root, err := hash(p.Root)
	if err != nil {
		return false
	}
	of, err := hash(p.Hash)
	if err != nil {
		return false
	}
	var path []tlog.Hash
	for _, text := range p.Path {
		node, err := hash(text)
		if err != nil {
			return false
		}
		path = append(path, node)
	}
	if p.Tree {
		return tlog.CheckTree(path, p.Size, root, p.Index, of) == nil
	}
	return tlog.CheckRecord(path, p.Size, root, p.Index, of) == nil
}

func main() {
	if len(os.Args) > 2 && os.Args[1] == "prove" {
		prove(os.Args[2:])
		return
	}
	output := bufio.NewWriter(os.Stdout)
	defer output.Flush()
	decoder := json.NewDecoder(bufio.NewReader(os.Stdin))
	for decoder.More() {
		var p proof
		must(0, decoder.Decode(&p))
		fmt.Fprintln(output, holds(p))
	}
}
