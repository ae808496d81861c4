// Serves the site of the tests with Go's net/http: the port, the directory of the files, and the time limit of
// idle connections are its arguments.
package main

import (
	"crypto/sha256"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"time"
)

func main() {
	http.Handle("/", http.FileServer(http.Dir(os.Args[2])))
	http.HandleFunc("/digest", func(w http.ResponseWriter, r *http.Request) {
		hash := sha256.New()
		if _, err := io.Copy(hash, r.Body); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		fmt.Fprintf(w, "%x\n", hash.Sum(nil))
	})
	// The response is sent before the body is read.
	http.HandleFunc("/refused", func(w http.ResponseWriter, r *http.Request) {
		http.Error(w, "too much", http.StatusRequestEntityTooLarge)
	})
	idle, err := time.ParseDuration(os.Args[3])
	if err != nil {
		log.Fatal(err)
	}
	server := http.Server{Addr: "127.0.0.1:" + os.Args[1], IdleTimeout: idle}
	log.Fatal(server.ListenAndServe())
}
