/** `recipients: { source: … }`: what can be said of a source of policies without asking it. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { sourcesOf } from '../../src/core/site.ts'
import { loadTexts, sound } from './memory-site.ts'

const site = (recipients: string): string => `hostname: mx.example.org\nrecipients: { ${recipients} }\nplugins: []\n`

async function findings(source: string): Promise<readonly string[]> {
  const { report } = await loadTexts({ 'postern.yaml': site(`source: "${source}", default: standard`) })
  return report.sorted().map(({ code, message }) => `${code} ${message}`)
}

describe('a source of policies', () => {
  it('is named, read and not asked when a site is loaded', async () => {
    const loaded = sound(
      await loadTexts({
        'postern.yaml': site(
          'source: postgres://u@db.example/mail, with: { table: p, key: who, value: policy }, default: standard, on_unknown: default',
        ),
      }),
    )
    const [source] = sourcesOf(loaded)
    assert.equal(source?.shown, 'postgres://u@db.example/mail#table=p&key=who&value=policy')
    assert.deepEqual(loaded.policies?.fallback, { key: 'standard' })
    assert.equal(loaded.policies?.onUnknown, 'default')
  })

  const FAULTS: Readonly<Record<string, string>> = {
    policies:
      'a source begins with one of cdb, sqlite, postgres, mysql, redis, rediss, ldap, ldaps, http, https, dns, files, qmail, own and a colon',
    'own:/home/%u/.policy': 'whose file does not load has the default, and here is no place for one',
    'dns:policies.example#type=TXT': 'policies do not stand in DNS: anybody could read them',
    'https://web.example/policies': 'a policy has a page of its own: write `{key}` into the URL',
    'redis://redis.example#set=s': 'a set has no policies, only keys: name a `prefix` or a `hash`',
    'sqlite:p.db#table=p&key=who': '`value` names the column with the policies',
    'ldap://ldap.example/dc=a#filter=(mail={key})': '`attribute` names the attribute with the policy',
  }
  for (const [url, message] of Object.entries(FAULTS))
    it(`cannot be ${url}`, async () => assert.deepEqual(await findings(url), [`LST606 ${message}`]))

  for (const url of [
    'cdb:policies.cdb',
    'sqlite:p.db#table=p&key=who&value=policy',
    'mysql://u@db.example/mail#query=SELECT%20policy%20FROM%20p%20WHERE%20who%3D:key',
    'redis://redis.example#hash=policies',
    'ldaps://ldap.example/dc=a#filter=(mail={key})&attribute=posternPolicy',
    'https://web.example/policies/{key}',
  ])
    it(`may be ${url}`, async () => assert.deepEqual(await findings(url), []))
})
