/**
 * A whole site under attack: files that are texts, the real builtins and words, a real dispatcher, and a session without a
 * socket.
 *
 *     const site = await realSite({ 'postern.yaml': … })
 *     const rig = await site.session('HELO client.example\r\n')
 */
import { posix } from 'node:path'
import { compileEnvironment } from '../../src/cli/wiring.ts'
import { loadSite } from '../../src/compiler/load-site.ts'
import type { DeliveryJob } from '../../src/core/delivery.ts'
import type { Site } from '../../src/core/site.ts'
import { createDispatcher } from '../../src/engine/dispatch.ts'
import { findingLines } from '../compiler/memory-site.ts'
import { type Rig, type RigOptions, smtpRig } from '../support/smtp-rig.ts'

export interface RealSite {
  readonly site: Site
  /** What was accepted. */
  readonly delivered: DeliveryJob[]
  /** A session that was greeted and has heard the answers to these octets, each sent at once. */
  session(...octets: readonly string[]): Promise<Rig>
}

const ROOT = '/site'

/** Throws with the findings when the site does not load. */
export async function realSite(
  texts: Readonly<Record<string, string>>,
  options: Pick<RigOptions, 'ip' | 'ptr'> & { readonly resolver?: NonNullable<RigOptions['ports']>['resolver'] } = {},
): Promise<RealSite> {
  const site = await load(texts)
  const delivered: DeliveryJob[] = []
  const { resolver, ...rest } = options
  const carry: NonNullable<RigOptions['ports']>['carry'] = async (_target, job) => {
    delivered.push(job)
    return { kind: 'delivered', text: 'Queued' }
  }
  return {
    site,
    delivered,
    async session(...octets) {
      const { handler_deadline: deadline, hook_deadline: hookDeadline } = site.limits
      const dispatch = createDispatcher(site.program, { deadline, hookDeadline, trace: false })
      const rig = smtpRig({ ...rest, dispatch, limits: site.limits, ports: { carry, ...(resolver && { resolver }) } })
      rig.session.start()
      await rig.settle()
      for (const piece of octets) await rig.say(piece)
      return rig
    },
  }
}

async function load(texts: Readonly<Record<string, string>>): Promise<Site> {
  const environment = compileEnvironment()
  const { site } = await loadSite(`${ROOT}/postern.yaml`, {
    ...environment,
    files: {
      read: async (path) =>
        path.startsWith(`${ROOT}/`) ? texts[posix.relative(ROOT, path)] : environment.files.read(path),
    },
  })
  const findings = findingLines(environment.report)
  if (!site || findings.length > 0) throw new Error(`the site does not load:\n${findings.join('\n')}`)
  return site
}

/** A site with these plugins, and a target that takes everything at the end. */
export function siteFile(plugins: readonly string[], more = ''): string {
  return [
    'hostname: mx.example.org',
    'local_domains: [example.org, münchen.example]',
    more,
    'plugins:',
    ...[...plugins, 'rcpt_ok', 'queue/discard'].map((plugin) => `  - ${plugin}`),
    '',
  ].join('\n')
}

/** A plugin `house` with these rules, each a line of `hook: [ … ]`. */
export function houseFile(...hooks: readonly string[]): string {
  return ['plugin: house', 'hooks:', ...hooks.map((hook) => `  ${hook}`), ''].join('\n')
}
