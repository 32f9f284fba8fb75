#!/bin/sh
# Makes the certificate that tests of TLS use: for localhost and 127.0.0.1, good for a hundred years, of no use
# anywhere else. other-key.pem belongs to no certificate. Needs OpenSSL 3.
set -eu
cd "$(dirname "$0")"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 36500 \
  -subj /CN=localhost -addext subjectAltName=DNS:localhost,IP:127.0.0.1 \
  -keyout localhost-key.pem -out localhost.pem
openssl genpkey -algorithm ec -pkeyopt ec_paramgen_curve:prime256v1 -out other-key.pem
