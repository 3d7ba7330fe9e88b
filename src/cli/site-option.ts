/** `--qpsmtpd DIRECTORY`: a configuration of qpsmtpd in place of a site file. */
import { join } from 'node:path'
import type { Command } from 'commander'
import { QPSMTPD_SITE } from '../compiler/import/qpsmtpd/site-file.ts'

export interface SiteFlags {
  readonly qpsmtpd?: string
}

export function addSiteFlags(command: Command): Command {
  return command.option('--qpsmtpd <directory>', "take qpsmtpd's configuration there as the site")
}

/** The file that stands for the site; undefined without the option. */
export function siteGiven({ qpsmtpd }: SiteFlags): string | undefined {
  return qpsmtpd === undefined ? undefined : join(qpsmtpd, QPSMTPD_SITE)
}
