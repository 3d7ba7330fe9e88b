/** Where accepted mail can go. */
import type { DeliveryWord } from '../core/word.ts'
import { discard } from './discard.ts'
import { eximBsmtp } from './exim-bsmtp.ts'
import { httpForward } from './http-forward.ts'
import { lmtp } from './lmtp.ts'
import { maildir } from './maildir.ts'
import { pipe } from './pipe.ts'
import { postfixQueue } from './postfix-queue.ts'
import { qmailQueue } from './qmail-queue.ts'
import { smtpForward } from './smtp-forward.ts'
import { zmailer } from './zmailer.ts'

export const DELIVERIES: readonly DeliveryWord[] = [
  maildir,
  smtpForward,
  lmtp,
  qmailQueue,
  postfixQueue,
  eximBsmtp,
  zmailer,
  httpForward,
  pipe,
  discard,
]
