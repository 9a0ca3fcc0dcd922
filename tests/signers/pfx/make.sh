#!/bin/sh
# Makes the fixtures anew; every key, salt and so every octet differs each time.
# usage: make.sh FOLDER (existing; the files are written there)
set -eu
cd "$1"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
password=pass:EXAMPLE-password

key() { openssl genpkey -algorithm "$2" -pkeyopt "$3" -out "$work/$1.key" 2>/dev/null; }
# request NAME SUBJECT
request() { openssl req -new -utf8 -key "$work/$1.key" -subj "$2" -out "$work/$1.csr"; }
# issue NAME ISSUER SERIAL NOT_BEFORE NOT_AFTER EXTENSIONS
issue() {
    mkdir -p "$work/db"; : > "$work/db/index"; printf '%s\n' "$3" > "$work/db/serial"
    printf '%s\n' "$6" > "$work/ext"
    if [ "$2" = self ]; then sign="-selfsign -keyfile $work/$1.key"; else
        sign="-cert $work/$2.pem -keyfile $work/$2.key"; fi
    # shellcheck disable=SC2086
    openssl ca -batch -config "$work/ca.conf" $sign -in "$work/$1.csr" -out "$work/$1.pem" \
        -startdate "$4" -enddate "$5" -extfile "$work/ext" -notext -utf8 2>/dev/null
}
cat > "$work/ca.conf" <<END
[ca]
default_ca = it
[it]
database = $work/db/index
new_certs_dir = $work/db
serial = $work/db/serial
default_md = sha256
policy = any
unique_subject = no
preserve = yes
[any]
countryName = optional
organizationName = optional
organizationalUnitName = optional
commonName = optional
serialNumber = optional
END

LEAF='basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature,nonRepudiation'
CA='basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign'
from=20250101000000Z until=20350913155959Z
subject='/C=TW/O=EXAMPLE/OU=EXAMPLE securities/CN=Z199999999-01-001::EXAMPLE'

key root RSA rsa_keygen_bits:2048
request root '/C=TW/O=EXAMPLE/CN=EXAMPLE root'
issue root self 01 20200101000000Z 20450101000000Z "$CA"
key issuer RSA rsa_keygen_bits:2048
request issuer '/C=TW/O=EXAMPLE/CN=EXAMPLE issuer'
issue issuer root 02 20200101000000Z 20450101000000Z "$CA"
for name in leaf expired early plain; do
    key $name RSA rsa_keygen_bits:2048
    request $name "$subject"
done
issue leaf issuer 1A2B3C $from $until "$LEAF"
issue expired issuer 1A2B3D 20200101000000Z 20210913155959Z "$LEAF"
issue early issuer 1A2B3E 20400101000000Z 20410101000000Z "$LEAF"
issue plain self 05 $from $until ""
key small RSA rsa_keygen_bits:1024
request small "$subject"; issue small issuer 1A2B3F $from $until "$LEAF"
key ec EC ec_paramgen_curve:P-256
request ec "$subject"; issue ec issuer 1A2B40 $from $until "$LEAF"

# export NAME LEAF OPTIONS…
export_() {
    file=$1.pfx leaf=$2; shift 2
    openssl pkcs12 -export -in "$work/$leaf.pem" -inkey "$work/$leaf.key" -name EXAMPLE \
        -passout "$password" -out "$file" "$@"
}
both() { echo "-keypbe $1 -certpbe $1"; }
old='-legacy -macalg sha1'
cat "$work/issuer.pem" "$work/root.pem" > "$work/chain.pem"

# shellcheck disable=SC2046,SC2086
{
export_ EXAMPLE-aes-256 leaf
export_ EXAMPLE-aes-128 leaf $(both AES-128-CBC) -macalg sha512
export_ EXAMPLE-3des leaf $(both PBE-SHA1-3DES) -macalg sha1
export_ EXAMPLE-rc2-40 leaf -legacy
export_ EXAMPLE-rc2-40-key leaf $old $(both PBE-SHA1-RC2-40)
export_ EXAMPLE-rc2-128 leaf $old $(both PBE-SHA1-RC2-128)
export_ EXAMPLE-rc4-40 leaf $old $(both PBE-SHA1-RC4-40)
export_ EXAMPLE-rc4-128 leaf $old $(both PBE-SHA1-RC4-128)
export_ EXAMPLE-des-md5 leaf $old $(both PBE-MD5-DES)
export_ EXAMPLE-no-encryption leaf $(both NONE)
export_ EXAMPLE-no-mac leaf -nomac
export_ EXAMPLE-neither leaf -nomac $(both NONE)
export_ EXAMPLE-rsa-1024 small
export_ EXAMPLE-ec ec
export_ EXAMPLE-chain leaf -certfile "$work/chain.pem"
export_ EXAMPLE-expired expired
export_ EXAMPLE-not-yet-valid early
export_ EXAMPLE-self-signed plain
export_ EXAMPLE-iterations-1 leaf -iter 1
}
openssl pkcs12 -export -in "$work/leaf.pem" -nokeys -passout "$password" -out EXAMPLE-no-key.pfx
openssl pkcs12 -export -nocerts -inkey "$work/leaf.key" -passout "$password" \
    -out EXAMPLE-no-certificate.pfx
password=pass: export_ EXAMPLE-empty-password leaf
