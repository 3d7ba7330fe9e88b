/**
 * Reads the directory of Postfix's configuration (/etc/postfix) as a site: what smtpd(8) asks of clients, senders, recipients and
 * messages becomes plugins of rules, one for each list of restrictions; delivery stays with Postfix.
 *
 * main.cf stands for the site; master.cf beside it says which services there are. No program of Postfix is run, and indexes such
 * as `access.db` are not read: their texts are.
 */
import { dirname, join } from 'node:path'
import { startOf } from '../../../language/diagnostic.ts'
import type { MapEntry, YamlNode } from '../../../language/node.ts'
import { type Json, printPlugin, type RuleDraft } from '../draft.ts'
import { firstTests } from '../first-tests.ts'
import type { ForeignReader, ForeignSite } from '../foreign.ts'
import { entry, map, scalar, seq } from '../nodes.ts'
import { PlacedText } from '../placed-text.ts'
import { PostfixContext } from './context.ts'
import { deliveryEntry } from './delivery.ts'
import { type OurDomains, ourDomains, oursIn } from './domains.ts'
import { contentPlugin } from './header-checks.ts'
import { reportLeftovers } from './leftovers.ts'
import { Parameters, settingsIn } from './main-cf.ts'
import { inetServices, type Service } from './master-cf.ts'
import { networksIn, networksList } from './networks.ts'
import { ratePlugin } from './rates.ts'
import { unlistedPlugin, UNLISTED } from './recipients.ts'
import { accepted, discarded, hookOf, LISTS, type MadePlugin, type RestrictionList, soft } from './restriction-lists.ts'
import { restrictionRules } from './restrictions.ts'
import { authEntries, type ImportedService, limitEntries, listenEntry, servicesOf, tlsEntries } from './server.ts'

/** The file that stands for the site. */
export const POSTFIX_SITE = 'main.cf'

export const readPostfix: ForeignReader = async (path, environment) => {
  const context = new PostfixContext(path, environment)
  const main = await context.read(path)
  if (main) return new Import(context, main.text, await master(context)).run()
  environment.report.add({
    code: 'CFG110',
    at: startOf(path),
    message: `there is no file ${path}`,
    help: "name Postfix's directory of configuration files, such as /etc/postfix",
  })
  return undefined
}

async function master(context: PostfixContext): Promise<readonly Service[]> {
  const file = await context.read(join(dirname(context.path), 'master.cf'))
  if (file) return inetServices(file.text, file.path)
  return [{ name: PlacedText.standing('smtp', context.start), command: 'smtpd', overrides: [] }]
}

class Import {
  readonly #context: PostfixContext
  readonly #parameters: Parameters
  readonly #settings: ReturnType<typeof settingsIn>
  readonly #services: readonly ImportedService[]

  constructor(context: PostfixContext, text: string, services: readonly Service[]) {
    this.#context = context
    this.#settings = settingsIn(text, context.path)
    const { hostname } = context.environment.machine
    const own = new Map(this.#settings.map(({ name, value }) => [name, value] as const))
    const given = new Map([...implied(own, hostname, context), ...own])
    this.#parameters = new Parameters(given, context.start)
    this.#services = servicesOf(services, this.#parameters, context)
  }

  async run(): Promise<ForeignSite> {
    const context = this.#context
    const domains = await ourDomains(this.#parameters, context)
    const networks = await networksIn(this.#parameters, context)
    const plugins = await this.#plugins(domains, networks)
    const delivery = deliveryEntry(this.#parameters, context)
    const entries = [...authEntries(this.#services, context), ...plugins.map((plugin) => this.#entry(plugin)), delivery]
    const root = map(this.#keys(domains, entries), context.start)
    const ours = [...domains.names.values()].flat().find((name) => !name.startsWith('.'))
    const { examples, sources } = context
    const tests = firstTests({ program: 'Postfix', sources, networks, ours, examples })
    reportLeftovers(this.#settings, this.#parameters, context)
    const { copies, modes, madeFrom } = context
    return { root, copies, modes, madeFrom, ...(tests && { tests }), left: [] }
  }

  #keys(domains: OurDomains, plugins: readonly YamlNode[]): readonly MapEntry[] {
    const hostname = this.#parameters.get('myhostname')
    return [
      entry('hostname', scalar(hostname.text, hostname.at)),
      listenEntry(this.#services, this.#parameters, this.#context),
      domains.entry,
      ...tlsEntries(this.#parameters),
      ...limitEntries(this.#parameters, this.#context),
      entry('plugins', seq(plugins, this.#context.start)),
    ]
  }

  #entry({ name, text, listeners }: MadePlugin): YamlNode {
    const at = this.#context.start
    const path = `rules/${name}.yaml`
    this.#context.copies.set(path, text)
    const use = scalar(`./${path}`, at)
    if (!listeners) return use
    const match = map(
      [
        entry(
          'listener',
          seq(
            listeners.map((one) => scalar(one, at)),
            at,
          ),
        ),
      ],
      at,
    )
    return map([entry('use', use), entry('match', match)], at)
  }

  async #plugins(domains: OurDomains, networks: readonly string[]): Promise<readonly MadePlugin[]> {
    const made: MadePlugin[] = []
    const rates = ratePlugin(this.#parameters, networks, this.#context)
    if (rates !== undefined) made.push({ name: 'client_rates', text: rates })
    for (const list of this.#inOrder()) made.push(...(await this.#restrictionPlugins(list, domains, networks)))
    made.push(...(await this.#unlisted(domains)), accepted())
    for (const list of [LISTS.data, LISTS.message])
      made.push(...(await this.#restrictionPlugins(list, domains, networks)))
    this.#context.plugin = 'content_checks'
    this.#context.isAtRcpt = false
    const content = await contentPlugin(this.#parameters, this.#context)
    if (content !== undefined) made.push({ name: 'content_checks', text: content })
    if (this.#context.discards.size > 0) made.push(discarded([...this.#context.discards]))
    return made
  }

  #inOrder(): readonly RestrictionList[] {
    const isRelayFirst = this.#parameters.isOn('smtpd_relay_before_recipient_restrictions')
    const last = isRelayFirst ? [LISTS.relay, LISTS.recipient] : [LISTS.recipient, LISTS.relay]
    return [LISTS.client, LISTS.helo, LISTS.sender, ...last]
  }

  /** Services that say the same have one plugin together. */
  async #restrictionPlugins(
    list: RestrictionList,
    domains: OurDomains,
    networks: readonly string[],
  ): Promise<readonly MadePlugin[]> {
    const groups = Map.groupBy(
      this.#services,
      ({ parameters }) => `${parameters.text(list.parameter)}\n${parameters.text('smtpd_delay_reject')}`,
    )
    const made: MadePlugin[] = []
    for (const services of groups.values()) {
      const [first] = services
      const isForAll = services.length === this.#services.length
      this.#context.plugin =
        isForAll || first?.name === 'smtp' ? list.parameter : `${first?.name.replaceAll('-', '_')}_${list.parameter}`
      const rules = first ? await this.#rules(list, first.parameters, domains, networks) : []
      const lists = this.#context.takeLists()
      if (!first || rules.length === 0) continue
      const name = this.#context.plugin
      const text = printPlugin({
        plugin: name,
        summary: `What Postfix asks in ${list.parameter}.`,
        lists: { ...lists },
        hooks: { [hookOf(list, first.parameters)]: rules },
      })
      made.push({ name, text, ...(!isForAll && { listeners: services.map((one) => one.name) }) })
    }
    return made
  }

  async #rules(
    list: RestrictionList,
    parameters: Parameters,
    domains: OurDomains,
    networks: readonly string[],
  ): Promise<readonly RuleDraft[]> {
    const words = parameters.words(list.parameter)
    if (words.length === 0) return []
    const step = hookOf(list, parameters) === 'rcpt' ? 'recipient' : list.step
    const mynetworks = this.#mynetworks(words, parameters, networks)
    const ours = step === 'recipient' ? oursIn(domains, this.#context) : []
    this.#context.isAtRcpt = step === 'recipient'
    this.#context.hasLogins = this.#services.some((one) => one.parameters.isOn('smtpd_sasl_auth_enable'))
    const place = { step, subject: list.subject, parameters, ours, mynetworks } as const
    const rules = await restrictionRules(words, place, this.#context)
    return parameters.isOn('soft_bounce') ? rules.map(soft) : rules
  }

  #mynetworks(words: readonly PlacedText[], parameters: Parameters, networks: readonly string[]): Json {
    const classes = parameters.words('smtpd_restriction_classes').flatMap(({ text }) => parameters.words(text))
    const isAsked = [...words, ...classes].some(({ text }) => text === 'permit_mynetworks')
    if (!isAsked || networks.length === 0) return { not: { remote_ip: { exists: true } } }
    return { remote_ip: { in_list: this.#context.list('mynetworks', networksList(networks)) } }
  }

  async #unlisted(domains: OurDomains): Promise<readonly MadePlugin[]> {
    const asking = this.#services.filter(({ parameters }) => parameters.isOn('smtpd_reject_unlisted_recipient'))
    const [first] = asking
    const text = first && (await unlistedPlugin(first.parameters, domains, this.#context))
    if (text === undefined) return []
    const isForAll = asking.length === this.#services.length
    return [{ name: UNLISTED, text, ...(!isForAll && { listeners: asking.map(({ name }) => name) }) }]
  }
}

/** myhostname and mydomain, which Postfix takes from its machine. */
function implied(
  own: ReadonlyMap<string, PlacedText>,
  hostname: string,
  { start }: PostfixContext,
): readonly (readonly [string, PlacedText])[] {
  const name = own.get('myhostname')?.text ?? hostname
  const domain = name.includes('.') ? name.slice(name.indexOf('.') + 1) : 'localdomain'
  const standing = (text: string): PlacedText => PlacedText.standing(text, start)
  return [
    ['myhostname', standing(hostname.includes('.') ? hostname : `${hostname}.localdomain`)],
    ['mydomain', standing(own.get('mydomain') ? '' : domain)],
    ['config_directory', standing(dirname(start.file))],
  ]
}
