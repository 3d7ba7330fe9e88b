/** Plugins for connections, the greeting and commands. */
import {
  alone,
  asCount,
  asFlag,
  asLogLevel,
  asNaughtyHook,
  asNumber,
  byPlace,
  inSeconds,
  type Keyed,
  inPairs,
  splitAtCommas,
} from '../arguments.ts'
import { absent, type BuiltinRow, cdbList, list, notYet, optionalList, type Rows } from './row.ts'

const RELAY: BuiltinRow = {
  builtin: 'relay',
  lists: [list('relayclients', 'ip'), optionalList('norelayclients', 'ip'), cdbList('morerelayclients', 'ip')],
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
  params: { merge: { to: 'merge', as: asFlag }, per_recipient: { to: 'per_recipient', as: asFlag } },
}

/** What `action` was before there were `reject` and `reject_type`. */
const ACTIONS: ReadonlyMap<string, readonly [key: string, value: string]> = new Map([
  ['log', ['reject', '0']],
  ['deny', ['reject_type', 'perm']],
  ['denysoft', ['reject_type', 'temp']],
])

const withAction: Keyed = (words) =>
  inPairs(words)?.map((one) => {
    const [key, value] = (one.key.text === 'action' && ACTIONS.get(one.value.text)) || [one.key.text, one.value.text]
    return { key: { ...one.key, text: key }, value: { ...one.value, text: value } }
  })

/** `check-at` may be given twice. */
const withPlaces: Keyed = (words) => {
  const given = withAction(words)
  const places = given?.filter(({ key }) => key.text === 'check-at') ?? []
  const [first] = places
  if (!given || !first) return given
  const text = places.map(({ value }) => value.text).join(',')
  return [...given.filter((one) => !places.includes(one)), { ...first, value: { ...first.value, text } }]
}

const EARLYTALKER: BuiltinRow = {
  builtin: 'earlytalker',
  keyed: withPlaces,
  params: {
    wait: { to: 'wait', as: inSeconds },
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
  return !text.includes('false')
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
    params: { max_load: { to: 'max_load', as: asNumber }, cache_time: {}, uptime: {} },
  },
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
    rejects: { type: true },
    setting: { to: 'rejectmsg', file: 'dnsbl_rejectmsg' },
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
    params: { reject: { to: 'reject', as: asNaughtyHook }, reject_type: { to: 'reject_type' } },
  },
  'ident/geoip': {
    builtin: 'ident/geoip',
    params: {
      db_dir: { to: 'databases', as: (directory) => [`${directory}/GeoLite2-City.mmdb`] },
      distance: { to: 'distance' },
      too_far: { to: 'too_far', as: asNumber },
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
    params: { percent: { to: 'percent', as: (text) => (text.startsWith('-') ? 0 : asNumber(text)) } },
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
      help_dir: { to: 'help_dir', as: (directory) => `files:${directory}` },
    },
  },
  quit_fortune: { builtin: 'quit_fortune' },
}
