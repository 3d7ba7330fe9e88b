/**
 * auth_ldap: finds the user's entry, then binds as it (RFC 4513 section 5.1.3; qpsmtpd auth_ldap_bind).
 *
 * What the user gives is escaped in the filter (RFC 4515), and no password is empty: a bind without one succeeds for
 * everybody (RFC 4513 section 5.1.2). Two entries that fit are unknown, since either may be meant.
 */
import { defineMatcher } from '../../core/word.ts'
import { bindAs, type Reader } from './ldap-directory.ts'
import { checkFilter } from './ldap-filter.ts'
import { passwordMatcher, TIMEOUT } from './login.ts'
import { requireDirectoryLibrary } from '../ldap/directory-line.ts'
import { SERVER_OPTIONS } from './server-options.ts'

export const authLdap = defineMatcher({
  name: 'auth_ldap',
  summary: 'The directory has one entry for the user, and lets it bind with the password',
  reference: 'RFC 4513; qpsmtpd plugin auth/auth_ldap_bind',
  stage: 'greeting',
  options: {
    type: 'object',
    properties: {
      ...SERVER_OPTIONS,
      port: { type: 'integer', minimum: 1, maximum: 65535, default: 389, description: 'Port of the server' },
      base: { type: 'string', minLength: 1, description: 'Where in the directory the users are, sub-trees included' },
      filter: {
        type: 'string',
        default: '(uid=%l)',
        description: 'Which entry is the user: %u is the name as given, %l what stands before the @, %d the domain',
        examples: ['(&(objectClass=mailUser)(mail=%u))'],
      },
      bind_dn: { type: 'string', minLength: 1, description: 'Who searches; anonymous without it' },
      bind_password_file: {
        type: 'string',
        'x-path': true,
        minLength: 1,
        description: 'File whose first line is the password of `bind_dn`',
      },
      timeout: TIMEOUT,
    },
    required: ['base'],
    additionalProperties: false,
  },
  onUnknown: 'defer',
  compile({ host, port, tls, ca_file: caFile, base, filter, bind_dn: dn, bind_password_file: file, timeout }) {
    requireDirectoryLibrary()
    checkFilter(filter)
    const directory = { host, port, tls, caFile, base, filter, reader: readerOf(dn, file) }
    return passwordMatcher(timeout, (login, _, signal) => bindAs(directory, login, signal))
  },
})

function readerOf(dn: string | undefined, file: string | undefined): Reader | undefined {
  if (dn === undefined && file === undefined) return undefined
  if (dn === undefined || file === undefined) throw new Error('`bind_dn` and `bind_password_file` go together')
  return { dn, passwordFile: file }
}
