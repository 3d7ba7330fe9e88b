/** Parameters of main.cf that double at each step: what is cut, and what is not. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { readPostfix } from '../../../../src/compiler/import/postfix/index.ts'
import { importTexts } from '../foreign-texts.ts'
import { MAIN, parameters } from './parameters.ts'

const STEPS = 29

/** The last of them would be half a billion words. */
const BOMB = Array.from({ length: STEPS }, (_, step) => `a${step} = $a${step + 1} $a${step + 1}`).join('\n')

describe('values that name others', () => {
  it('twice at each step are cut, and the next one asked for is whole', () => {
    const all = parameters(`${BOMB}\na${STEPS} = x\nplain = $a${STEPS} y\n`)
    assert.ok(all.text('a0').length < 2000)
    assert.equal(all.text('plain'), 'x y')
  })

  it('twice at each step do not keep a site from being read, and are a finding', async () => {
    const { site, findings } = await importTexts(readPostfix, MAIN, {
      'main.cf': `myhostname = mx.example.org\nsmtpd_client_restrictions = $a0\n${BOMB}\na${STEPS} = permit_mynetworks\n`,
    })
    assert.ok(site)
    assert.ok(findings.some((one) => one.includes('`smtpd_client_restrictions` is cut')))
  })

  it('in great numbers are all there', () => {
    const names = Array.from({ length: 900 }, (_, number) => `n${number}`)
    const text = `${names.map((name) => `${name} = x`).join('\n')}\nall = ${names.map((name) => `$${name}`).join(' ')}\n`
    assert.equal(parameters(text).text('all').replaceAll(' ', ''), 'x'.repeat(900))
  })
})
