/**
 * ldap: a filter finds an entry of a directory.
 *
 * Each `${fact}` in the filter is a value, whatever a client writes (RFC 4515 section 3). What is absent is not asked for: a
 * miss. A hit when an entry fits; the values of all that fit are found.
 */
import type { HookContext } from '../core/context.ts'
import { Unknown } from '../core/truth.ts'
import { defineMatcher, OptionFault, type Template } from '../core/word.ts'
import { CA_FILE, CACHE, checkSecret, inquire, textsOf, TIMEOUT, unknown } from './shared/ask-outside.ts'

export const ldap = defineMatcher({
  name: 'ldap',
  summary: 'A filter finds an entry of a directory',
  reference: 'RFC 4511, RFC 4515; Postfix ldap_table(5)',
  stage: 'accept',
  options: {
    type: 'object',
    properties: {
      url: {
        type: 'string',
        description: 'The server: `ldap://HOST:PORT`, or `ldaps://…` for TLS from the start',
        examples: ['ldap://ldap.example.org'],
      },
      base: {
        type: 'string',
        minLength: 1,
        description: 'Where in the directory is looked',
        examples: ['dc=example,dc=org'],
      },
      filter: {
        type: 'string',
        'x-text': true,
        description: 'Which entry fits, with facts in it',
        examples: ['(&(mail=${rcpt})(active=TRUE))'],
      },
      scope: { type: 'string', enum: ['sub', 'one', 'base'], default: 'sub', description: 'How deep below the base' },
      attributes: {
        type: 'array',
        items: { type: 'string', pattern: '^[A-Za-z][A-Za-z0-9-]*$' },
        default: [],
        description: 'What is found of the entry',
      },
      bind: {
        type: 'object',
        properties: {
          dn: { type: 'string', minLength: 1, description: 'Who asks' },
          password: { type: 'string', description: '`env:NAME` or `file:PATH`: where the password is' },
        },
        required: ['dn', 'password'],
        additionalProperties: false,
        description: 'Who asks; nobody in particular without it',
      },
      tls: {
        type: 'string',
        enum: ['required', 'none'],
        default: 'required',
        description: '`ldap:` only. `required`: STARTTLS or nothing; `none`: what is asked can be read on the way',
      },
      ca_file: CA_FILE,
      timeout: TIMEOUT,
      cache: CACHE,
    },
    required: ['url', 'base', 'filter'],
    additionalProperties: false,
  },
  onUnknown: 'defer',
  finds: { dn: 'Name of the first entry', NAME: 'Values of this attribute, with commas between them' },
  findsOf: ({ attributes }) => attributes,
  compile({ url, base, scope, attributes, bind, tls, ca_file: caFile, timeout, cache }, tools) {
    const template = tools.template('filter')
    checkFilter(template)
    checkSecret('bind', bind?.password)
    const reader = { bindDn: bind?.dn, password: bind?.password }
    const place = { url, base, scope, tls, caFile, ...reader }
    const question = { kind: 'ldap', text: template.parts, attributes, timeout, cache, ...place } as const
    const texts = textsOf(template)
    const asked = (context: HookContext) => {
      const values = texts(context)
      if (values instanceof Unknown) return unknown(values)
      return values.every((value) => value) ? { values } : NOTHING
    }
    return inquire({ question, asked }, tools)
  },
})

const NOTHING = { truth: 'miss', because: 'a fact in the filter is absent' } as const

/** A fact is a value: what stands before it ends in `=`, `:=` or a part of a value, not in `(`. */
function checkFilter({ parts }: Template): void {
  const text = parts.map((part) => (typeof part === 'string' ? part : 'x')).join('')
  if (!/^\(.*\)$/s.test(text)) throw new Error('the filter stands in parentheses, as in `(mail=${rcpt})`')
  for (const [index, part] of parts.entries()) {
    if (typeof part === 'string') continue
    const before = parts
      .slice(0, index)
      .map((one) => (typeof one === 'string' ? one : 'x'))
      .join('')
    if (/[(&|!)][^=()]*$/.test(before))
      throw new OptionFault(`\`\${${part.name}}\` is a value: it stands behind a \`=\``, { option: 'filter', ...part })
  }
}
