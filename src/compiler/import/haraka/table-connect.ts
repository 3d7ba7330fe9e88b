/** Plugins for clients and what they call themselves. */
import type { RuleDraft } from '../draft.ts'
import type { PlacedText } from '../placed-text.ts'
import { access } from './access.ts'
import type { HarakaContext } from './context.ts'
import { heloChecks } from './helo-checks.ts'
import { absent, type PluginRow, type Rows } from './row.ts'

async function relay(context: HarakaContext, at: PlacedText['at']): Promise<void> {
  const ini = await context.ini('relay.ini')
  const acl = ini.isOn('relay', 'acl', true) ? await context.listFile('relay_acl_allow', 'ip') : undefined
  const file = acl !== undefined && typeof acl === 'object' && 'file' in acl ? acl['file'] : undefined
  context.use('relay', { relayclients: file ?? [] }, at)
  context.relaysFirst = file !== undefined
  if (ini.isOn('relay', 'dest_domains', false)) await destinations(context, at)
  if (ini.isOn('relay', 'all', false))
    context.findings.missing({
      at: ini.get('relay', 'all')?.at ?? at,
      effect: 'stricter',
      message: '`all` is left out: this server would be an open relay',
      instead: 'networks that may relay, in relay_acl_allow',
    })
  if (ini.get('relay', 'force_routing'))
    context.findings.changed({
      at: ini.get('relay', 'force_routing')?.at ?? at,
      effect: 'none',
      message: '`force_routing` is left out: where mail goes is said once, by `queue/smtp-forward`',
    })
}

/** `example.com={"action":"accept","nexthop":"…"}` */
async function destinations(context: HarakaContext, at: PlacedText['at']): Promise<void> {
  const ini = await context.ini('relay_dest_domains.ini')
  const accepted: string[] = []
  for (const { key, value, at: line } of ini.section('domains')) {
    const [, action] = /"action"\s*:\s*"(\w+)"/.exec(value.text) ?? []
    if (action === 'accept') accepted.push(key)
    else if (action !== 'deny')
      context.findings.missing({
        at: line.at,
        effect: 'stricter',
        message: `\`${key}\` is left out: only \`accept\` and \`deny\` are carried over`,
        instead: `if it is a domain of yours, add \`${key}\` to host_list`,
      })
  }
  for (const domain of accepted) context.localDomains.add(domain)
  const rules: RuleDraft[] = [
    { id: 'relay-client', match: { relay_client: true }, return: 'DECLINED' },
    ...(accepted.length > 0
      ? [{ id: 'accepted', summary: 'relay_dest_domains.ini', match: { 'rcpt.domain': accepted }, return: 'OK' }]
      : []),
    { id: 'others', match: 'always', return: 'DENY', message: 'You are not allowed to relay' },
  ]
  context.plugin(
    {
      plugin: 'relay_dest_domains',
      summary: 'Accepts mail for the domains of relay_dest_domains.ini.',
      hooks: { rcpt: rules },
    },
    at,
  )
}

/** `dnsbl.zones`, and `zones` of the ini file. */
async function dnsbl(context: HarakaContext, at: PlacedText['at']): Promise<void> {
  const ini = await context.ini('dnsbl.ini')
  const zones = [
    ...(await context.lines('dnsbl.zones')),
    ...ini.words('main', 'zones'),
    ...ini.section('zones').map((one) => one.at),
  ]
  block(zones, ini.isOn('main', 'reject', true), context, at)
}

function block(zones: readonly PlacedText[], isRejecting: boolean, context: HarakaContext, at: PlacedText['at']): void {
  if (zones.length === 0) return
  const names = [...new Set(zones.map(({ text }) => text))].map((zone) => `${zone} host [%IP%] is listed on ${zone}`)
  context.use('dnsbl', { zones: names, reject_type: 'disconnect', ...context.replyAt }, at, { isMonitor: !isRejecting })
}

/** Each zone has a section with what it is. */
async function dnsList(context: HarakaContext, at: PlacedText['at']): Promise<void> {
  const ini = await context.ini('dns-list.ini')
  const byType = Map.groupBy(ini.words('main', 'zones'), ({ text }) => ini.text(text, 'type') ?? 'block')
  const blocking = Map.groupBy(byType.get('block') ?? [], ({ text }) => ini.isOn(text, 'reject', true))
  block(blocking.get(true) ?? [], true, context, at)
  block(blocking.get(false) ?? [], false, context, at)
  for (const type of ['allow', 'karma'])
    for (const zone of byType.get(type) ?? [])
      context.findings.missing({
        at: zone.at,
        effect: 'stricter',
        message: `\`${zone.text}\` is left out: nobody is let through for a list of type \`${type}\``,
        instead: `\`dns_whitelist_soft: { whitelist_zones: [${zone.text}] }\` before the plugins that it shall silence`,
      })
}

async function earlyTalker(context: HarakaContext, at: PlacedText['at']): Promise<void> {
  const ini = await context.ini('early_talker.ini')
  const [milliseconds] = await context.lines('early_talker.pause')
  const seconds = Number(ini.text('main', 'pause') ?? Number(milliseconds?.text ?? 0) / 1000)
  if (!(seconds > 0)) {
    context.findings.changed({ at, effect: 'none', message: '`early_talker` has no pause, and waits for nobody' })
    return
  }
  for (const { at: line } of ini.section('ip_whitelist'))
    context.findings.changed({
      at: line.at,
      effect: 'stricter',
      message: `\`${line.text}\` waits like everybody here`,
      instead: `before it: a rule at \`connect\`: \`match: { remote_ip: ${line.text} }, set: { immune: true }\``,
    })
  const wait = seconds < 1 ? `${Math.round(seconds * 1000)}ms` : `${Math.round(seconds)}s`
  context.use(
    'earlytalker',
    { wait, check_at: ['connect', 'data'], reject_type: 'disconnect', ...context.replyAt },
    at,
    { isMonitor: !ini.isOn('main', 'reject', true) },
  )
}

const FCRDNS: PluginRow = {
  make: async (context, at) => {
    const ini = await context.ini('fcrdns.ini')
    const isRejecting = ['no_rdns', 'no_fcrdns'].some((name) => ini.isOn('reject', name, false))
    context.use('fcrdns', isRejecting ? { reject: 1, ...context.replyAt } : {}, at)
  },
}

export const CONNECT: Rows = {
  relay: { make: relay },
  relay_acl: { make: relay },
  access: access(['conn', 'mail', 'rcpt']),
  'connect.rdns_access': access(['conn']),
  'mail_from.access': access(['mail']),
  'rcpt_to.access': access(['rcpt']),
  dnsbl: { make: dnsbl },
  'dns-list': { make: dnsList },
  dnswl: absent(
    'nobody is let through for a white list by itself',
    'stricter',
    '`dns_whitelist_soft: { whitelist_zones: [list.dnswl.org] }` before the plugins that it shall silence',
  ),
  early_talker: { make: earlyTalker },
  'helo.checks': { make: heloChecks },
  fcrdns: FCRDNS,
  'connect.fcrdns': FCRDNS,
  'lookup_rdns.strict': { make: (context, at) => context.use('fcrdns', { reject: 1, ...context.replyAt }, at) },
  relay_all: absent(
    'this server would be an open relay',
    'stricter',
    'networks that may relay: `relay: { relayclients: [192.0.2.0/24] }`',
  ),
  relay_force_routing: absent('where mail goes is said once, by the plugin that delivers', 'none'),
  karma: absent('points are given by rules', 'laxer', '`add: { score: -1 }` in rules, and one that reads `score`'),
  geoip: absent('countries are asked by rules', 'laxer', '`geo_block: …`, or the word `geoip`'),
  'connect.geoip': absent('countries are asked by rules', 'laxer', '`geo_block: …`, or the word `geoip`'),
  asn: absent('numbers of networks are asked by rules', 'none', 'the word `geoip` with a database of ASNs'),
  'connect.asn': absent('numbers of networks are asked by rules', 'none', 'the word `geoip` with a database of ASNs'),
  p0f: absent('its socket stands elsewhere', 'none', '`ident/p0f: { socket: /run/p0f.sock }`'),
  'connect.p0f': absent('its socket stands elsewhere', 'none', '`ident/p0f: { socket: /run/p0f.sock }`'),
  limit: absent(
    'limits are counted by rules',
    'laxer',
    'the word `rate`: `match: { rate: { key: "${remote_ip}", limit: 20, per: 1h } }`',
  ),
  rate_limit: absent(
    'limits are counted by rules',
    'laxer',
    'the word `rate`: `match: { rate: { key: "${remote_ip}", limit: 20, per: 1h } }`',
  ),
  toobusy: absent('how busy this machine is asks another plugin', 'none', '`loadcheck: { max_load: 7 }`'),
  tarpit: absent('how long it waits is for karma to say', 'none', '`tarpit: { delay: 5s }`'),
  bounce_tag: absent('mail that leaves is not marked here', 'none'),
}
