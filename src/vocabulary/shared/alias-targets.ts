/**
 * What an alias stands for: addresses with commas between them, as in aliases(5).
 *
 * `user@host`, `user` at the domain of the alias, `@host` for the same user there. Programs, files and `:include:` are
 * none: a line that could run a program is a mistake here.
 */
import { type Mailbox, mailbox, parseMailbox, splitDetail } from '../../core/mail/address.ts'
import { scanLocal } from '../../core/mail/mailbox-scan.ts'

/** The addresses in the order written, or what is wrong. */
export type Targets =
  | { readonly ok: true; readonly addresses: readonly Mailbox[] }
  | { readonly ok: false; readonly problem: string }

/** `alias` is the address that is looked up, detail and all; `detail` what was left out to find the line. */
export function readTargets(text: string, alias: Mailbox, detail: string): Targets {
  const addresses: Mailbox[] = []
  for (const written of splitAtCommas(text)) {
    const target = readTarget(written, alias)
    if (!target) return { ok: false, problem: `\`${written}\` is no address` }
    addresses.push(written.startsWith('@') ? target : withDetail(target, detail))
  }
  return addresses.length > 0 ? { ok: true, addresses } : { ok: false, problem: 'nothing stands behind the alias' }
}

/** Commas within quotes belong to a local part. */
const PIECE = /(?:"(?:[^"\\]|\\.)*"?|[^",])+/gs

function splitAtCommas(text: string): readonly string[] {
  return Array.from(text.matchAll(PIECE), ([piece]) => piece.trim()).filter((piece) => piece !== '')
}

function readTarget(written: string, { local, domain }: Mailbox): Mailbox | undefined {
  if (written.startsWith('@')) return mailbox(local, written.slice(1))
  if (/^[|/:]|^"[|/]/.test(written)) return undefined
  const bare = scanLocal(written, 0)
  if (bare?.end === written.length) return mailbox(bare.value, domain)
  return parseMailbox(written)
}

/**
 * Mail to `sales+eu` goes to `ann+eu`; a target that has a detail of its own keeps it, and one that would be too long
 * goes without.
 */
function withDetail(target: Mailbox, detail: string): Mailbox {
  const [separator = ''] = detail
  if (detail === '' || splitDetail(target.local, separator).detail !== undefined) return target
  return mailbox(target.local + detail, target.domain) ?? target
}
