/** Plugins for connections, the greeting and commands. */
import {
  type Argument,
  alone,
  argument,
  asCount,
  asDecimal,
  asFlag,
  asLogLevel,
  asNaughtyHook,
  asNumber,
  asRejectType,
  asTemplate,
  byPlace,
  type Convert,
  inPairs,
  inSeconds,
  type Keyed,
  lastOf,
  type Settle,
  splitAtCommas,
} from '../arguments.ts'
import { absent, type BuiltinRow, cdbList, lineOf, list, notYet, optionalList, type Rows, unreadList } from './row.ts'

const RELAY: BuiltinRow = {
  builtin: 'relay',
  lists: [list('relayclients', 'ip'), optionalList('norelayclients', 'ip'), cdbList('morerelayclients', 'ip')],
  params: { only: { to: 'only', as: asFlag } },
}
/** It takes back what check_relay has granted, and grants nothing. */
const NORELAY: BuiltinRow = {
  builtin: 'relay',
  lists: [
    unreadList('relayclients', 'ip'),
    { ...unreadList('morerelayclients', 'ip'), optional: true },
    optionalList('norelayclients', 'ip'),
  ],
}

const POLICIES = ['lenient', 'rfc', 'strict']

const HELO: BuiltinRow = {
  builtin: 'helo',
  lists: [optionalList('badhelo', 'host_or_pattern')],
  settle: (given) => [...given.filter((one) => !isDnsTimeout(one)), ...given.filter(isDnsTimeout)],
  params: {
    policy: { to: 'policy', as: (text) => POLICIES.find((policy) => policy === text) },
    timeout: { to: 'timeout', as: inSeconds },
    dns_timeout: { to: 'timeout', as: inSeconds },
  },
  rejects: { type: false },
}
const WHITELIST: BuiltinRow = {
  builtin: 'whitelist',
  lists: [
    optionalList('whitelisthosts', 'ip'),
    optionalList('whitelisthelo', 'domain'),
    optionalList('whitelistsenders', 'address'),
    optionalList('whitelistrcpt', 'address'),
  ],
  splits: 'per_recipient',
  params: { merge: { to: 'merge', as: asFlag }, per_recipient: { to: 'per_recipient', as: asFlag } },
}

function isDnsTimeout({ key }: Argument): boolean {
  return key.text === 'dns_timeout'
}

/** `action`, which counts without `reject`, was there before it; `check-at` may be given twice. */
const ofEarlytalker: Settle = (given) => {
  const action = lastOf(given, 'action')
  const places = given.filter(isPlace)
  const [first] = places
  return [
    ...(action && !lastOf(given, 'reject') ? forAction(action.text, action.at) : []),
    ...given.filter((one) => one.key.text !== 'action' && !isPlace(one)),
    ...(first ? [argument('check-at', places.map(({ value }) => value.text).join(','), first.value.at)] : []),
  ]
}

function isPlace({ key }: Argument): boolean {
  return key.text.toLowerCase() === 'check-at'
}

const forAction = (action: string, at: Argument['key']['at']): readonly Argument[] => {
  if (!/^deny/i.test(action)) return [argument('reject', '0', at)]
  return /^denysoft/i.test(action) ? [argument('reject_type', 'temp', at)] : []
}

/** No wait at all: what has come is seen all the same. */
const asWait: Convert = (text) => (text === '0' ? '0s' : inSeconds(text))

const EARLYTALKER: BuiltinRow = {
  builtin: 'earlytalker',
  settle: ofEarlytalker,
  params: {
    wait: { to: 'wait', as: asWait },
    'defer-reject': { to: 'defer_reject', as: asFlag },
    'check-at': { to: 'check_at', as: (text) => splitAtCommas(text.toLowerCase()) },
  },
  rejects: { type: true },
}

/** The socket, then keys and values. */
const afterSocket: Keyed = ([socket, ...words]) => {
  const given = inPairs(words)
  return socket && given && [{ key: { text: 'socket', at: socket.at }, value: socket }, ...given]
}

function unlessFalse(text: string): boolean {
  return !/false/i.test(text)
}

export const CONNECTION: Rows = {
  hosts_allow: { builtin: 'hosts_allow', lists: [list('hosts_allow', 'ip')] },
  connection_time: {
    builtin: 'connection_time',
    keyed: alone('loglevel'),
    params: { loglevel: { to: 'loglevel', as: asLogLevel } },
  },
  connection_shaper: notYet(),
  loadcheck: {
    builtin: 'loadcheck',
    params: { max_load: { to: 'max_load', as: asDecimal }, cache_time: {}, uptime: {} },
  },
  stunnel: absent(
    'the PROXY protocol is a setting of the listener here',
    'laxer',
    '`listen: [{ …, proxy: { from: [127.0.0.1] } }]`',
  ),
  relay: RELAY,
  check_relay: RELAY,
  check_norelay: NORELAY,
  dnsbl: {
    builtin: 'dnsbl',
    lists: [list('dnsbl_zones', 'zone', 'zones'), optionalList('dnsbl_allow', 'ip', 'allow')],
    keyed: alone('reject_type'),
    settings: [lineOf('dnsbl_rejectmsg', 'rejectmsg')],
    params: { timeout: { to: 'timeout', as: inSeconds }, rejectmsg: { to: 'rejectmsg', as: asTemplate } },
    rejects: { type: true },
  },
  dns_whitelist_soft: { builtin: 'dns_whitelist_soft', lists: [list('whitelist_zones', 'zone')] },
  whitelist: WHITELIST,
  whitelist_soft: WHITELIST,
  earlytalker: EARLYTALKER,
  check_earlytalker: EARLYTALKER,
  fcrdns: { builtin: 'fcrdns', params: { timeout: { to: 'timeout', as: inSeconds } } },
  karma: notYet(),
  naughty: {
    builtin: 'naughty',
    params: { reject: { to: 'reject', as: asNaughtyHook }, reject_type: { to: 'reject_type', as: asRejectType } },
  },
  'ident/geoip': {
    builtin: 'ident/geoip',
    params: {
      db_dir: { to: 'databases', isInput: true, as: (directory) => [`${directory}/GeoLite2-City.mmdb`] },
      distance: { to: 'distance' },
      too_far: { to: 'too_far', as: asDecimal },
      add_headers: { to: 'add_headers', as: unlessFalse },
    },
  },
  'ident/p0f': {
    builtin: 'ident/p0f',
    keyed: afterSocket,
    lists: [optionalList('p0f_blocked_operating_systems', 'phrase')],
    params: {
      socket: { to: 'socket' },
      version: { to: 'version', as: asNumber },
      local_ip: { to: 'local_ip' },
      smite_os: { to: 'smite_os' },
      add_headers: { to: 'add_headers', as: unlessFalse },
    },
  },
  tls: { setting: 'tls' },
  milter: notYet(),
  nodialup: { builtin: 'nodialup' },
  require_resolvable_client: { builtin: 'require_resolvable_client' },
  client_options: { builtin: 'client_options', lists: [list('client_options', 'ip')] },
  berkeley_ipblacklist: notYet(),
  berkeley_tokenbucketadd: notYet(),
  berkeley_ipblacklist_ignore: notYet('stricter'),
  tarpit: { builtin: 'tarpit' },
  random_error: {
    builtin: 'random_error',
    keyed: byPlace('percent'),
    params: { percent: { to: 'percent', as: (text) => (text.startsWith('-') ? 0 : asDecimal(text)) } },
  },
  helo: HELO,
  check_spamhelo: HELO,
  count_unrecognized_commands: {
    builtin: 'count_unrecognized_commands',
    keyed: byPlace('max'),
    params: { max: { to: 'max', as: asCount } },
  },
  noop_counter: { builtin: 'noop_counter', keyed: byPlace('max'), params: { max: { to: 'max', as: asCount } } },
  dont_require_anglebrackets: { builtin: 'dont_require_anglebrackets' },
  parse_addr_withhelo: { builtin: 'parse_addr_withhelo' },
  help: {
    builtin: 'help',
    params: {
      not_implemented: { to: 'not_implemented', as: (text) => text !== '' && text !== '0' },
      help_dir: { to: 'help_dir', isInput: true, as: (directory) => `files:${directory}` },
    },
  },
  quit_fortune: { builtin: 'quit_fortune' },
}
