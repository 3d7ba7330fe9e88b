/** Where accepted mail can go. */
import type { DeliveryWord } from '../core/word.ts'
import { discard } from './discard.ts'
import { lmtp } from './lmtp.ts'
import { maildir } from './maildir.ts'
import { smtpForward } from './smtp-forward.ts'

export const DELIVERIES: readonly DeliveryWord[] = [maildir, smtpForward, lmtp, discard]
