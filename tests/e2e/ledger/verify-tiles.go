// Judges a folder of C2SP tlog-tiles with Go's golang.org/x/mod/sumdb/tlog and note alone.
// Usage: verify-tiles FOLDER ORIGIN VERIFIER-KEY [PROOFS], the last a file of lines
// "inclusion INDEX SIZE ROOT LEAF HASH..." and "consistency OLD OLDROOT SIZE ROOT HASH...".
package main

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const height = 8
const width = 1 << height

func main() {
	if len(os.Args) < 4 {
		fail("usage: verify-tiles FOLDER ORIGIN VERIFIER-KEY [PROOFS]")
	}
	folder := os.Args[1]
	tree := openCheckpoint(folder, os.Args[2], os.Args[3])
	reader := tlog.TileHashReader(tree, &tiles{folder})
	root, err := tlog.TreeHash(tree.N, reader)
	check("root", err)
	if root != tree.Hash {
		fail("root: the tiles make %v, the checkpoint says %v", root, tree.Hash)
	}
	rebuilt := rebuild(folder, tree.N)
	root, err = tlog.TreeHash(tree.N, rebuilt)
	check("root", err)
	if root != tree.Hash {
		fail("root: the entries make %v, the checkpoint says %v", root, tree.Hash)
	}
	checkEveryTile(folder, tree, rebuilt)
	checkEveryTile(folder, tree, reader)
	proofs := 0
	if len(os.Args) > 4 {
		proofs = checkProofs(os.Args[4], tree, reader)
	}
	fmt.Printf("size %d, %d proofs\n", tree.N, proofs)
}

func openCheckpoint(folder, origin, key string) tlog.Tree {
	signed, err := os.ReadFile(filepath.Join(folder, "checkpoint"))
	check("checkpoint", err)
	verifier, err := note.NewVerifier(key)
	check("verifier key", err)
	opened, err := note.Open(signed, note.VerifierList(verifier))
	check("checkpoint", err)
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[3] != "" {
		fail("checkpoint: %d lines", len(lines)-1)
	}
	if lines[0] != origin {
		fail("checkpoint: origin is %q", lines[0])
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	check("checkpoint: size", err)
	hash, err := tlog.ParseHash(lines[2])
	check("checkpoint: root", err)
	return tlog.Tree{N: size, Hash: hash}
}

type tiles struct{ folder string }

func (t *tiles) Height() int { return height }

func (t *tiles) ReadTiles(list []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, tile := range list {
		data, err := os.ReadFile(filepath.Join(t.folder, pathOf(tile)))
		// As C2SP tlog-tiles has it, a partial tile may be gone when the full one is there.
		if err != nil && tile.W < width {
			full := tile
			full.W = width
			data, err = os.ReadFile(filepath.Join(t.folder, pathOf(full)))
			if err == nil {
				data = data[:tile.W*tlog.HashSize]
			}
		}
		if err != nil {
			return nil, err
		}
		if len(data) != tile.W*tlog.HashSize {
			return nil, fmt.Errorf("%s has %d bytes", pathOf(tile), len(data))
		}
		all = append(all, data)
	}
	return all, nil
}

func (t *tiles) SaveTiles([]tlog.Tile, [][]byte) {}

// Go's own paths say the height, and call bundles of entries data: tile/8/0/000, tile/8/data/000.
func pathOf(tile tlog.Tile) string {
	path := strings.Replace(tile.Path(), "tile/8/", "tile/", 1)
	return strings.Replace(path, "tile/data/", "tile/entries/", 1)
}

func checkEveryTile(folder string, tree tlog.Tree, reader tlog.HashReader) {
	for level := 0; tree.N>>(height*level) > 0; level++ {
		hashes := tree.N >> (height * level)
		for n := int64(0); n*width < hashes; n++ {
			tile := tlog.Tile{H: height, L: level, N: n, W: width}
			if hashes-n*width < width {
				tile.W = int(hashes - n*width)
			}
			want, err := tlog.ReadTileData(tile, reader)
			check(pathOf(tile), err)
			got, err := os.ReadFile(filepath.Join(folder, pathOf(tile)))
			check(pathOf(tile), err)
			if !bytes.Equal(got, want) {
				fail("%s: is not the tile of this tree", pathOf(tile))
			}
		}
	}
}

// rebuild makes the whole tree of the entries alone. The reader of tiles would not do: in versions
// up to 0.7 at least it does not lead every tile back to the root when subtrees share one.
func rebuild(folder string, size int64) tlog.HashReader {
	var stored []tlog.Hash
	reader := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		list := make([]tlog.Hash, len(indexes))
		for n, index := range indexes {
			list[n] = stored[index]
		}
		return list, nil
	})
	for first := int64(0); first < size; first += width {
		count := int(size - first)
		if count > width {
			count = width
		}
		path := pathOf(tlog.Tile{H: height, L: -1, N: first / width, W: count})
		rest, err := os.ReadFile(filepath.Join(folder, path))
		check(path, err)
		for n := 0; n < count; n++ {
			if len(rest) < 2 || len(rest) < 2+int(binary.BigEndian.Uint16(rest)) {
				fail("%s: ends within entry %d", path, n)
			}
			end := 2 + int(binary.BigEndian.Uint16(rest))
			hashes, err := tlog.StoredHashes(first+int64(n), rest[2:end], reader)
			check(path, err)
			stored = append(stored, hashes...)
			rest = rest[end:]
		}
		if len(rest) > 0 {
			fail("%s: %d bytes are left over", path, len(rest))
		}
	}
	return reader
}

func checkProofs(path string, tree tlog.Tree, reader tlog.HashReader) int {
	file, err := os.Open(path)
	check("proofs", err)
	lines := bufio.NewScanner(file)
	count := 0
	for lines.Scan() {
		words := strings.Fields(lines.Text())
		switch words[0] {
		case "inclusion":
			index, size, root, leaf := number(words[1]), number(words[2]), hash(words[3]), hash(words[4])
			proof := tlog.RecordProof(hashes(words[5:]))
			check(lines.Text(), tlog.CheckRecord(proof, size, root, index, leaf))
			if size == tree.N {
				own, err := tlog.ProveRecord(size, index, reader)
				check("own proof", err)
				same(lines.Text(), own, proof)
			}
		case "consistency":
			old, oldRoot, size, root := number(words[1]), hash(words[2]), number(words[3]), hash(words[4])
			proof := tlog.TreeProof(hashes(words[5:]))
			check(lines.Text(), tlog.CheckTree(proof, size, root, old, oldRoot))
			if size == tree.N {
				own, err := tlog.ProveTree(size, old, reader)
				check("own proof", err)
				same(lines.Text(), own, proof)
			}
		default:
			fail("proofs: %q", words[0])
		}
		count++
	}
	check("proofs", lines.Err())
	return count
}

func same(what string, own, given []tlog.Hash) {
	if len(own) != len(given) {
		fail("%s: Go's own proof has %d hashes", what, len(own))
	}
	for n := range own {
		if own[n] != given[n] {
			fail("%s: Go's own proof differs at %d", what, n)
		}
	}
}

func number(text string) int64 {
	value, err := strconv.ParseInt(text, 10, 64)
	check("number", err)
	return value
}

func hash(text string) tlog.Hash {
	value, err := tlog.ParseHash(text)
	check("hash", err)
	return value
}

func hashes(texts []string) []tlog.Hash {
	var list []tlog.Hash
	for _, text := range texts {
		list = append(list, hash(text))
	}
	return list
}

func check(what string, err error) {
	if err != nil {
		fail("%s: %v", what, err)
	}
}

func fail(format string, values ...interface{}) {
	fmt.Fprintf(os.Stderr, format+"\n", values...)
	os.Exit(1)
}
