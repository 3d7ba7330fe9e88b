/** The file that stands for a site of qpsmtpd. */
export const QPSMTPD_SITE = 'plugins'
