/** Text in whatever octets came: UTF-8 where they are that, else Latin-1, which everything is. */
import { isUtf8 } from 'node:buffer'

export function decode(octets: Buffer): string {
  return octets.toString(isUtf8(octets) ? 'utf8' : 'latin1')
}
