/** Plugins for senders and recipients. */
import { alone, asDaemon, asNumber, withDefaultText } from '../arguments.ts'
import { absent, type BuiltinRow, cdbList, list, optionalList, type Rows } from './row.ts'

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
const QMAIL_DELIVERABLE: BuiltinRow = {
  builtin: 'qmail_deliverable',
  params: { server: { to: 'server', as: asDaemon }, vpopmail_ext: {} },
  rejects: { type: true },
}
const RESOLVABLE: BuiltinRow = {
  builtin: 'resolvable_fromhost',
  lists: [optionalList('invalid_resolvable_fromhost', 'ip')],
  rejects: { type: true, naughty: 'at-once' },
}

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
    keyed: alone('reject_type'),
    rejects: { type: true },
  },
  sender_permitted_from: {
    builtin: 'sender_permitted_from',
    params: {
      reject: { to: 'reject', as: asNumber },
      spf_deny: { to: 'reject', as: (text) => ({ 1: 3, 2: 4 })[text] ?? 0 },
      no_dmarc_policy: { lost: 'laxer' },
    },
    setting: { to: 'reject', file: 'spfbehavior', as: asNumber },
  },
  denybounce: { builtin: 'denybounce', lists: [list('denybounce', 'recipient')] },
  rcpt_ok: { builtin: 'rcpt_ok', lists: [cdbList('morercpthosts', 'domain')] },
  relay_only: { builtin: 'relay', lists: [list('relayclients', 'ip')], keyed: () => [], always: { only: true } },
  badrcptto: BADRCPTTO,
  check_badrcptto: BADRCPTTO,
  badrcptto_patterns: BADRCPTTO_PATTERNS,
  check_badrcptto_patterns: BADRCPTTO_PATTERNS,
  verybadrcptto: { builtin: 'verybadrcptto', lists: [list('verybadrcptto', 'address_or_pattern')] },
  goodrcptto: { builtin: 'goodrcptto', lists: [list('goodrcptto', 'recipient')] },
  rcpt_regexp: { builtin: 'rcpt_regexp', lists: [list('rcpt_regexp', 'address_code')] },
  rcpt_map: {
    builtin: 'rcpt_map',
    keyed: withDefaultText,
    params: { domain: { to: 'domain' }, file: { to: 'file' }, default: { to: 'default' }, message: { to: 'message' } },
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
