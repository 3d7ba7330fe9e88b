/** What a new site begins with, by what the server is for: site file, a rule of one's own, lists, tests. */
import type { FileKind } from '../../language/files/file-kind.ts'
import { modelines } from '../schemas/modelines.ts'
import { SCHEMA_FOLDER, schemaFile } from '../schemas/write-modelines.ts'

export interface Place {
  readonly hostname: string
  readonly domain: string
  readonly port: number
}

export interface Template {
  readonly summary: string
  /** Path to text, relative to the site. */
  readonly files: (place: Place) => Readonly<Record<string, string>>
}

/** Above a file of that kind. */
function head(kind: FileKind, up = ''): string {
  return modelines(`${up}${SCHEMA_FOLDER}/${schemaFile(kind)}`)
}

const LISTS = {
  'lists/badhelo': '# Names no honest client says at HELO: your own. `name`, or a pattern, then a reason.\n',
  'lists/badmailfrom': '# Senders to refuse: `user@domain`, `@domain` or a pattern, then a reason.\n',
  'lists/badrcptto': '# Recipients that are no more: `user@domain`, `@domain` or a pattern, then a reason.\n',
  'lists/relayclients': '# Clients that may send to anywhere: addresses and networks.\n127.0.0.1\n::1\n',
}

function rcpthosts({ domain }: Place): string {
  return `# Domains that mail is accepted for; \`.example.org\` stands for every name below it.\n${domain}\n`
}

function senderDomains({ domain }: Place): string {
  return `# Domains that users may send from; \`.example.org\` stands for every name below it.\n${domain}\n`
}

function house({ domain }: Place): string {
  return `${head('plugin', '../')}plugin: house
summary: What this site refuses on its own account.
hooks:
  rcpt:
    - id: no-reply
      summary: Nobody reads this mailbox.
      match: { rcpt: no-reply@${domain} }
      return: DENY
      message: "\${rcpt} takes no mail; write to postmaster@${domain}"
tests:
  - name: mail to a mailbox that nobody reads is refused
    given: { sender: ann@friend.example, rcpt: no-reply@${domain} }
    expect: { rule: no-reply, reply: "550 5.7.1 no-reply@${domain} takes no mail; write to postmaster@${domain}" }
  - name: other mail is not
    given: { sender: ann@friend.example, rcpt: bob@${domain} }
    expect: { hook: rcpt, return: DECLINED }
`
}

const DELIVER = `  - queue/smtp-forward: { host: 127.0.0.1, port: 10025 } # the server that holds the mailboxes; 250 is said when it has said so`

function mxSite({ hostname, port }: Place): string {
  return `${head('site')}# Takes mail from the internet for our own domains.
hostname: ${hostname}
listen: [{ name: mx, port: ${port} }]${port === 25 ? '' : ' # 25 for the internet'}
# user: postern # who serves, when it is started as root to have port 25
local_domains: lists/rcpthosts
plugins:
  - ./rules/house.yaml
  - rules/recommended:
      relayclients: lists/relayclients
      badhelo: lists/badhelo
      badmailfrom: lists/badmailfrom
      badrcptto: lists/badrcptto
${DELIVER}
`
}

function mxTests({ domain }: Place): string {
  return `${head('suite')}suite: the whole site
site: ./postern.yaml
given:
  remote_ip: 192.0.2.7
  remote_host: mx.friend.example
  helo: mx.friend.example
  sender: ann@friend.example
  rcpt: bob@${domain}
  headers: [[From, ann@friend.example], [Date, "Fri, 20 Nov 2026 12:00:00 +0000"], [Subject, hi]]
  body: Hello
  now: 2026-11-20T12:00:00Z
  dns:
    7.2.0.192.zen.spamhaus.org A: NXDOMAIN
    friend.example MX: [10 mx.friend.example]
    mx.friend.example A: [192.0.2.7]
    mx.friend.example AAAA: NXDOMAIN
tests:
  - name: ordinary mail passes
    expect: { accepted: bob@${domain}, hook: queue, return: OK }
  - name: nobody relays through us
    given: { rcpt: x@elsewhere.example }
    expect: { hook: rcpt, reply: 550 5.7.1 Relaying denied, accepted: "" }
  - name: a client on a block list is refused
    given: { dns: { 7.2.0.192.zen.spamhaus.org A: [127.0.0.4], 7.2.0.192.zen.spamhaus.org TXT: [Listed] } }
    expect: { hook: rcpt, plugin: dnsbl, reply: 550 5.7.1 Listed }
  - name: our own machine may send anywhere
    given: { remote_ip: 127.0.0.1, rcpt: x@elsewhere.example }
    expect: { accepted: x@elsewhere.example }
`
}

function submissionSite({ hostname, port }: Place): string {
  return `${head('site')}# Takes mail from our own users, to anywhere.
hostname: ${hostname}
listen:
  - { name: submission, port: ${port}, require_tls: true, auth: { mechanisms: [PLAIN, LOGIN] } }
tls: { certificates: [{ cert: secrets/cert.pem, key: secrets/key.pem }] }
# user: postern # who serves, when it is started as root to have port 587
plugins:
  - auth/auth_flat_file: { flat_auth_pw: secrets/passwords }
  - ./rules/house.yaml
  - rules/submission: { sender_domains: lists/sender_domains, ports: ${port} }
${DELIVER}
`
}

function submissionTests({ domain, port }: Place): string {
  return `${head('suite')}suite: the whole site
site: ./postern.yaml
given:
  local_port: ${port}
  helo: laptop.example
  sender: ann@${domain}
  rcpt: x@elsewhere.example
  headers: [[From, ann@${domain}], [Subject, hi]]
  body: Hello
tests:
  - name: who has logged in sends anywhere
    given: { auth: { user: ann }, relay_client: true }
    expect: { accepted: x@elsewhere.example, hook: queue, return: OK }
  - name: but in nobody else's name
    given: { auth: { user: ann }, relay_client: true, sender: ceo@bank.example }
    expect: { hook: mail, plugin: submission_sender, accepted: "" }
  - name: nobody else sends anything
    expect: { hook: mail, reply: 530 5.7.0 Authentication required, accepted: "" }
`
}

function relaySite({ hostname, port }: Place): string {
  return `${head('site')}# Takes mail from the machines of our own networks, and from nobody else.
hostname: ${hostname}
listen: [{ name: relay, port: ${port} }]
# user: postern # who serves, when it is started as root to have port 25
plugins:
  - ./rules/house.yaml
  - relay: { only: true }
${DELIVER}
`
}

function relayTests({ domain }: Place): string {
  return `${head('suite')}suite: the whole site
site: ./postern.yaml
given: { helo: host.example, sender: cron@${domain}, rcpt: x@elsewhere.example, body: Hello }
tests:
  - name: our own machines send anywhere
    given: { remote_ip: 127.0.0.1 }
    expect: { accepted: x@elsewhere.example, hook: queue, return: OK }
  - name: nobody else sends anything
    given: { remote_ip: 192.0.2.7 }
    expect: { hook: rcpt, reply: 550 5.7.1 Relaying denied, accepted: "" }
`
}

export const TEMPLATES: ReadonlyMap<string, Template> = new Map([
  [
    'mx',
    {
      summary: 'takes mail from the internet for its own domains',
      files: (place) => ({
        'postern.yaml': mxSite(place),
        'rules/house.yaml': house(place),
        ...LISTS,
        'lists/rcpthosts': rcpthosts(place),
        'site.test.yaml': mxTests(place),
      }),
    },
  ],
  [
    'submission',
    {
      summary: 'takes mail from its own users, to anywhere',
      files: (place) => ({
        'postern.yaml': submissionSite(place),
        'rules/house.yaml': house(place),
        'lists/sender_domains': senderDomains(place),
        'secrets/passwords': '# user@domain:secret, as `doveadm pw -s SSHA512` writes it\n',
        'site.test.yaml': submissionTests(place),
      }),
    },
  ],
  [
    'relay',
    {
      summary: 'takes mail from its own networks, to anywhere',
      files: (place) => ({
        'postern.yaml': relaySite(place),
        'rules/house.yaml': house(place),
        'lists/relayclients': LISTS['lists/relayclients'],
        'site.test.yaml': relayTests(place),
      }),
    },
  ],
])
