// Whose accounts people may sign in with: Google, Microsoft and any OpenID provider, as the operator has set them.

export type Provider = {
  /** In addresses: `google`, `microsoft`, or what the operator chose. */
  name: string
  /** On the button. */
  label: string
  /** What vouches for an e-mail address differs: see identity.ts. */
  kind: 'google' | 'microsoft' | 'openid'
  issuer: string
  clientId: string
  clientSecret: string
  /** Of Microsoft: the one directory whose accounts are taken. */
  tenant: string | null
}

export type ProviderSettings = {
  googleClientId: string | null
  googleClientSecret: string | null
  microsoftClientId: string | null
  microsoftClientSecret: string | null
  microsoftTenant: string | null
  microsoftAuthority: string
  others: { name: string; label: string; issuer: string; clientId: string; clientSecret: string }[]
}

/** Plain HTTP: the settings let it through on this machine alone. */
export const isPlainHttp = (issuer: string): boolean => new URL(issuer).protocol === 'http:'

export function configuredProviders(settings: ProviderSettings): Map<string, Provider> {
  const providers: Provider[] = settings.others.map((one) => ({ ...one, kind: 'openid', tenant: null }))
  const { microsoftTenant: tenant, microsoftAuthority } = settings
  if (settings.googleClientId && settings.googleClientSecret) {
    providers.unshift({
      name: 'google',
      label: 'Google',
      kind: 'google',
      issuer: 'https://accounts.google.com',
      clientId: settings.googleClientId,
      clientSecret: settings.googleClientSecret,
      tenant: null,
    })
  }
  if (settings.microsoftClientId && settings.microsoftClientSecret && tenant) {
    providers.unshift({
      name: 'microsoft',
      label: 'Microsoft',
      kind: 'microsoft',
      issuer: `${microsoftAuthority.replace(/\/+$/, '')}/${tenant}/v2.0`,
      clientId: settings.microsoftClientId,
      clientSecret: settings.microsoftClientSecret,
      tenant,
    })
  }
  return new Map(providers.map((one) => [one.name, one]))
}
