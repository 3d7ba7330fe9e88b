/** auth_file: users and secrets in a file (qpsmtpd auth_flat_file). Serves every mechanism that the secrets allow. */
import { defineMatcher } from '../../core/word.ts'
import { TIMEOUT } from './login.ts'
import { checkPasswordFile, openPasswordFile } from './password-file.ts'
import { storedMatcher } from './stored.ts'

export const authFile = defineMatcher({
  name: 'auth_file',
  summary: 'Whoever is logging in has a line in a password file, and knows the password',
  reference: 'qpsmtpd plugin auth/auth_flat_file',
  stage: 'greeting',
  options: {
    type: 'object',
    properties: {
      file: { type: 'string', minLength: 1, 'x-path': true, description: 'The file: `user@domain:password` a line' },
      timeout: TIMEOUT,
    },
    required: ['file'],
    additionalProperties: false,
  },
  onUnknown: 'defer',
  compile({ file, timeout }) {
    checkPasswordFile(file)
    const passwords = openPasswordFile(file)
    return storedMatcher(timeout, ({ user }) => passwords.find(user))
  },
})
