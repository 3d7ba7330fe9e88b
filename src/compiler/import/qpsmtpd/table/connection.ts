/** Plugins for connections, the greeting and commands. */
import { alone, asCount, asFlag, byPlace, inSeconds } from '../arguments.ts'
import { absent, type BuiltinRow, list, notYet, ONLY_LOGS, optionalList, type Rows } from './row.ts'

const RELAY: BuiltinRow = {
  builtin: 'relay',
  lists: [list('relayclients', 'ip'), optionalList('norelayclients', 'ip'), optionalList('morerelayclients', 'ip')],
  params: { only: { to: 'only', as: asFlag } },
}
const HELO: BuiltinRow = {
  builtin: 'helo',
  lists: [optionalList('badhelo', 'host_or_pattern')],
  params: {
    policy: { to: 'policy' },
    timeout: { to: 'timeout', as: inSeconds },
    dns_timeout: { to: 'timeout', as: inSeconds },
  },
  rejects: { at: 'ehlo', type: false },
}
const WHITELIST: BuiltinRow = {
  builtin: 'whitelist',
  lists: [
    optionalList('whitelisthosts', 'ip'),
    optionalList('whitelisthelo', 'domain'),
    optionalList('whitelistsenders', 'address'),
    optionalList('whitelistrcpt', 'address'),
  ],
  params: { merge: {} },
}

export const CONNECTION: Rows = {
  hosts_allow: notYet(),
  connection_time: ONLY_LOGS,
  connection_shaper: notYet(),
  loadcheck: notYet(),
  stunnel: absent(
    'the PROXY protocol is a setting of the listener here',
    'laxer',
    '`listen: [{ …, proxy: { from: [127.0.0.1] } }]`',
  ),
  relay: RELAY,
  check_relay: RELAY,
  check_norelay: RELAY,
  dnsbl: {
    builtin: 'dnsbl',
    lists: [list('dnsbl_zones', 'zone', 'zones'), optionalList('dnsbl_allow', 'ip', 'allow')],
    keyed: alone('reject_type'),
    params: { timeout: { to: 'timeout', as: inSeconds } },
    rejects: { at: 'connect', type: true },
    setting: { to: 'rejectmsg', file: 'dnsbl_rejectmsg' },
  },
  dns_whitelist_soft: notYet('stricter'),
  whitelist: WHITELIST,
  whitelist_soft: WHITELIST,
  earlytalker: notYet(),
  check_earlytalker: notYet(),
  fcrdns: absent('it never refuses; what it finds goes into karma', 'none'),
  karma: notYet(),
  naughty: { setting: 'naughty' },
  'ident/geoip': absent('it never refuses; the header fields it adds are not added', 'none'),
  'ident/p0f': notYet(),
  tls: { setting: 'tls' },
  milter: notYet(),
  nodialup: notYet(),
  require_resolvable_client: notYet(),
  client_options: notYet('stricter'),
  berkeley_ipblacklist: notYet(),
  berkeley_tokenbucketadd: notYet(),
  berkeley_ipblacklist_ignore: notYet('stricter'),
  tarpit: notYet('none'),
  random_error: absent('failures at random are for tests', 'none'),
  helo: HELO,
  check_spamhelo: HELO,
  count_unrecognized_commands: {
    builtin: 'count_unrecognized_commands',
    keyed: byPlace('max'),
    params: { max: { to: 'max', as: asCount } },
  },
  noop_counter: absent('the limit `junk_commands` is always there', 'none', '`limits: { junk_commands: 10 }`'),
  dont_require_anglebrackets: absent('paths have angle brackets (RFC 5321 section 4.1.2)', 'stricter'),
  parse_addr_withhelo: absent('commands are read as RFC 5321 has them', 'none'),
  help: absent('HELP lists the commands that are there', 'none'),
  quit_fortune: absent('the farewell has one text', 'none'),
}
