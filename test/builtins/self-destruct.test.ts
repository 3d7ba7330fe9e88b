/** self_destruct proves who wrote an address; with nothing to prove it by, it is not there. */
import assert from 'node:assert/strict'
import { it } from 'node:test'
import { compileEnvironment } from '../../src/cli/wiring.ts'
import { loadSite } from '../../src/compiler/load-site.ts'
import { Report } from '../../src/language/diagnostic.ts'

it('self_destruct without its secrets does not load, unless the site wants no codes', async () => {
  const codesOf = async (entry: string): Promise<readonly string[]> => {
    const report = new Report()
    const environment = compileEnvironment(report)
    const site = `hostname: mx.example.org\nlocal_domains: [example.org]\nplugins: [${entry}, rcpt_ok]\n`
    const files = {
      read: async (path: string) => (path === '/site/postern.yaml' ? site : environment.files.read(path)),
    }
    const { site: loaded } = await loadSite('/site/postern.yaml', { ...environment, files })
    assert.equal(loaded === undefined, report.errors > 0)
    return report.sorted().map(({ code, message }) => `${code} ${message}`)
  }
  assert.deepEqual(await codesOf('self_destruct'), ['LST601 list file not found: self_destruct'])
  assert.deepEqual(await codesOf('self_destruct: { unsigned: true, secrets: [] }'), [])
})
