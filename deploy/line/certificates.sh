#!/bin/sh
# Certificates of the line between a portal and its 1C: an authority of your own, and what it signs.
#   certificates.sh init DIR            makes the authority: DIR/ca.pem, and DIR/ca.key, which stays off both servers
#   certificates.sh server DIR NAME     NAME.pem and NAME.key for a server; NAME is its host name or address
#   certificates.sh client DIR NAME     NAME.pem and NAME.key for a client: `portal` or `onec`
# Run server or client again for the same name to renew it: both sides trust the authority, so the order of exchange does not matter.
# A certificate holds for 397 days, the authority for ten years.
set -eu
umask 077

usage() { sed -n '2,6s/^# \{0,1\}//p' "$0" >&2; exit 2; }
[ $# -ge 2 ] || usage
what=$1 dir=$2
mkdir -p "$dir"

sign() { # name, kind of use, subject's other name
	openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$1" -keyout "$dir/$1.key.new" -out "$dir/$1.csr" 2>/dev/null
	printf 'basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=%s\nsubjectAltName=%s\n' "$2" "$3" >"$dir/$1.ext"
	openssl x509 -req -in "$dir/$1.csr" -CA "$dir/ca.pem" -CAkey "$dir/ca.key" -CAcreateserial -days 397 -extfile "$dir/$1.ext" -out "$dir/$1.pem.new" 2>/dev/null
	mv "$dir/$1.key.new" "$dir/$1.key"
	mv "$dir/$1.pem.new" "$dir/$1.pem"
	rm -f "$dir/$1.csr" "$dir/$1.ext"
	echo "$dir/$1.pem $dir/$1.key"
}

case $what in
init)
	[ ! -e "$dir/ca.key" ] || { echo "$dir/ca.key is there already; a new authority would lock out both sides" >&2; exit 1; }
	openssl req -x509 -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 -subj "/CN=b2bkit line" \
		-addext 'basicConstraints=critical,CA:TRUE,pathlen:0' -addext 'keyUsage=critical,keyCertSign,cRLSign' \
		-keyout "$dir/ca.key" -out "$dir/ca.pem" 2>/dev/null
	echo "$dir/ca.pem $dir/ca.key"
	;;
server | client)
	[ $# -eq 3 ] || usage
	[ -e "$dir/ca.key" ] || { echo "no authority in $dir: run certificates.sh init $dir first" >&2; exit 1; }
	case $3 in *[!0-9.]*) other="DNS:$3" ;; *) other="IP:$3" ;; esac
	if [ "$what" = server ]; then sign "$3" serverAuth "$other"; else sign "$3" clientAuth "DNS:$3"; fi
	;;
*) usage ;;
esac
