/** Programs that both servers run, as stubs whose answer depends on the recipient or the user. */
import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Exit codes of qmail-queue(8): 31 refuses for good, 53 is a full disk. */
const QMAIL_QUEUE = `#!/bin/sh
exec 3<&1 1>/dev/null
cat
envelope=$(tr '\\0' ' ' <&3)
case "$envelope" in
*Tnever@*) exit 31 ;;
*Tfull@*) exit 53 ;;
esac
`

const RSMTP = `#!/bin/sh
[ "$1" = -bS ] || exit 2
batch=$(cat)
case "$batch" in
*'RCPT TO:<never@'*) echo '550 No such user' ;;
*'RCPT TO:<full@'*) echo '452 No space left' ;;
esac
`

/** https://cr.yp.to/checkpwd/interface.html */
const CHECKPASSWORD = `#!/bin/sh
given=$(tr '\\0' '\\n' <&3)
[ "$(echo "$given" | sed -n 1,2p | tr '\\n' ' ')" = 'carl@example.org program ' ] || exit 1
exec "$@"
`

const PROGRAMS = { 'qmail-queue': QMAIL_QUEUE, rsmtp: RSMTP, checkpassword: CHECKPASSWORD }

export function writePrograms(directory: string): void {
  for (const [name, text] of Object.entries(PROGRAMS)) {
    writeFileSync(join(directory, name), text)
    chmodSync(join(directory, name), 0o755)
  }
}
