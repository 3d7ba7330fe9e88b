/** Plugins for senders and recipients. */
import {
  argument,
  asDaemon,
  byPlace,
  type Convert,
  inPairs,
  type Keyed,
  lastOf,
  type Settle,
  withDefaultText,
} from '../arguments.ts'
import { absent, type BuiltinRow, cdbList, lineOf, list, optionalList, type Rows, unreadList } from './row.ts'

const BADMAILFROM: BuiltinRow = {
  builtin: 'badmailfrom',
  lists: [list('badmailfrom', 'address_or_pattern')],
  rejects: { type: true, naughty: 'typeless' },
}
const BADMAILFROMTO: BuiltinRow = { builtin: 'badmailfromto', lists: [list('badmailfromto', 'pair')] }
const BADRCPTTO: BuiltinRow = { builtin: 'badrcptto', lists: [list('badrcptto', 'address_or_pattern')] }
const BADRCPTTO_PATTERNS: BuiltinRow = {
  builtin: 'badrcptto_patterns',
  lists: [list('badrcptto_patterns', 'pattern')],
}

const ROUTES = 'smtproutes:'

/** `smtproutes:HOST:PORT` asks the servers that qmail's own routes name, and HOST for other domains. */
const ofDeliverable: Settle = (given) =>
  given.flatMap((one) => {
    const { text, at } = one.value
    if (one.key.text !== 'server' || !text.startsWith(ROUTES)) return [one]
    const others = text.slice(ROUTES.length)
    return [argument('smtproutes', text, at), ...(others.includes(':') ? [argument('server', others, at)] : [])]
  })

const QMAIL_DELIVERABLE: BuiltinRow = {
  builtin: 'qmail_deliverable',
  settle: ofDeliverable,
  params: {
    server: { to: 'server', as: asDaemon },
    smtproutes: {
      lost: 'laxer',
      instead: 'for each route: `qmail_deliverable: { server: … }` with `match: { rcpt.domain: … }`',
    },
    vpopmail_ext: {},
  },
  rejects: { type: false, naughty: 'typeless' },
}
const RESOLVABLE: BuiltinRow = {
  builtin: 'resolvable_fromhost',
  lists: [optionalList('invalid_resolvable_fromhost', 'ip')],
  rejects: { type: true, naughty: 'at-once' },
}

/** One word was all there was: whether to hang up. */
const ofRhsbl: Keyed = (words) =>
  words.length === 1
    ? words.map(({ text, at }) => argument('reject_type', /^disconnect$/i.test(text) ? 'disconnect' : 'perm', at))
    : inPairs(words)

const DENIED: ReadonlyMap<string | undefined, string> = new Map([
  ['1', '3'],
  ['2', '4'],
])

/** `spf_deny` wins over `reject`, and a `reject` of 0 leaves it to the file. */
const ofSpf: Settle = (given) => {
  const deny = lastOf(given, 'spf_deny')
  const level = DENIED.get(deny?.text)
  const others = given.filter(
    ({ key, value }) => key.text !== 'spf_deny' && !(key.text === 'reject' && value.text === '0'),
  )
  return deny && level !== undefined ? [...others, argument('reject', level, deny.at)] : others
}

/** There is nothing beyond the sixth. */
const asSpfLevel: Convert = (text) => (/^\d{1,9}$/.test(text) ? Math.min(Number(text), 6) : undefined)

export const ENVELOPE: Rows = {
  badmailfrom: BADMAILFROM,
  check_badmailfrom: BADMAILFROM,
  check_badmailfrom_patterns: {
    ...BADMAILFROM,
    lists: [{ ...list('badmailfrom_patterns', 'address_or_pattern', 'badmailfrom'), named: true }],
  },
  badmailfromto: BADMAILFROMTO,
  check_badmailfromto: BADMAILFROMTO,
  resolvable_fromhost: RESOLVABLE,
  require_resolvable_fromhost: RESOLVABLE,
  rhsbl: {
    builtin: 'rhsbl',
    lists: [list('rhsbl_zones', 'zone', 'zones')],
    keyed: ofRhsbl,
    rejects: { type: true },
  },
  sender_permitted_from: {
    builtin: 'sender_permitted_from',
    settings: [lineOf('spfbehavior', 'reject')],
    settle: ofSpf,
    params: {
      reject: { to: 'reject', as: asSpfLevel },
      no_dmarc_policy: {
        lost: 'laxer',
        beside: 'dmarc',
        instead: '`reject: 3` refuses who fails, whatever DMARC says',
      },
    },
  },
  denybounce: { builtin: 'denybounce', lists: [list('denybounce', 'recipient')] },
  rcpt_ok: { builtin: 'rcpt_ok', lists: [cdbList('morercpthosts', 'domain')] },
  relay_only: {
    builtin: 'relay',
    lists: [unreadList('relayclients', 'ip')],
    keyed: byPlace(),
    always: { only: true },
  },
  badrcptto: BADRCPTTO,
  check_badrcptto: BADRCPTTO,
  badrcptto_patterns: BADRCPTTO_PATTERNS,
  check_badrcptto_patterns: BADRCPTTO_PATTERNS,
  verybadrcptto: { builtin: 'verybadrcptto', lists: [list('verybadrcptto', 'address_or_pattern')] },
  goodrcptto: { builtin: 'goodrcptto', lists: [list('goodrcptto', 'recipient')] },
  rcpt_regexp: { builtin: 'rcpt_regexp', lists: [list('rcpt_regexp', 'address_code')] },
  rcpt_map: {
    builtin: 'rcpt_map',
    settle: withDefaultText,
    params: {
      domain: { to: 'domain' },
      file: { to: 'file', isInput: true },
      default: { to: 'default' },
      message: { to: 'message' },
    },
  },
  qmail_deliverable: QMAIL_DELIVERABLE,
  check_qmail_deliverable: QMAIL_DELIVERABLE,
  check_delivery: absent(
    'what it looks at is not in its files',
    'laxer',
    '`qmail_deliverable: { server: "qmail:/var/qmail" }`',
  ),
  check_validrcptto_cdb: absent(
    'where its file lies is not in these files',
    'laxer',
    '`validrcptto_cdb: { validrcptto: "cdb:…/validrcptto.cdb" }`',
  ),
  ldap_rcpt: absent(
    'where the directory is stands elsewhere',
    'laxer',
    '`rcpt_ldap: { ldap_rcpt_filter: "ldaps://…" }`',
  ),
  aliases_check: { builtin: 'aliases_check', lists: [list('aliases', 'recipient')] },
  aliases: { builtin: 'aliases', lists: [list('aliases', 'recipient')] },
  rcpt_accept: { builtin: 'rcpt_accept' },
  address_notes: absent('notes of recipients are a part of the rule language', 'none'),
  spamtrap: absent('where its mail goes is not in its files', 'laxer', '`spamtrap: { to: … }`'),
  redirect: { builtin: 'redirect', lists: [list('redirect', 'recipient')] },
  majordomo: absent('its lists are elsewhere', 'laxer', '`majordomo: { address: …, members: … }`'),
  mailinglist_simple: absent(
    'its file has a form of its own',
    'laxer',
    '`mailinglist_simple: { list: …, members: … }`',
  ),
  restrict_submission: { builtin: 'restrict_submission' },
}
