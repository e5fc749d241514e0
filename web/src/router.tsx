// Which address shows which page. Each page is loaded when it is first asked for; what it filters by stands in its address.

import type { QueryClient } from '@tanstack/react-query'
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from '@tanstack/react-router'
import { preferencesQuery } from './api/preferences.ts'
import { sessionQuery } from './api/session.ts'
import { Waiting } from './components/states.tsx'
import { Crashed, Missing } from './shell/lost.tsx'
import { Shell } from './shell/shell.tsx'
import { SignInPage } from './shell/sign-in-page.tsx'

type Context = { client: QueryClient }
type Search = Record<string, string | undefined>

const asText = (search: Record<string, unknown>): Search =>
  Object.fromEntries(
    Object.entries(search).map(([name, value]) => [name, value === undefined ? undefined : String(value)]),
  )

const root = createRootRouteWithContext<Context>()({
  component: Outlet,
  notFoundComponent: Missing,
})

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: (search: Record<string, unknown>): { after?: string | undefined } =>
    // A path of our own and nothing else: a link must not lead a fresh session to another site. What is refused is named
    // all the same: what is left out here, the router takes from the address as it stands.
    typeof search.after === 'string' && /^\/(?![/\\])/.test(search.after)
      ? { after: search.after }
      : { after: undefined },
  component: SignInPage,
})

const welcome = createRoute({
  getParentRoute: () => root,
  path: '/welcome',
  component: lazyRouteComponent(() => import('./pages/welcome/welcome-page.tsx'), 'WelcomePage'),
})

const inside = createRoute({
  getParentRoute: () => root,
  id: 'inside',
  component: Shell,
  async beforeLoad({ context, location }) {
    const session = await context.client.ensureQueryData(sessionQuery)
    if (!session) throw redirect({ to: '/sign-in', search: location.pathname === '/' ? {} : { after: location.href } })
  },
})

const begin = createRoute({
  getParentRoute: () => inside,
  path: '/',
  async beforeLoad({ context }) {
    // A preference that cannot be read keeps nobody out.
    const preferences = await context.client.ensureQueryData(preferencesQuery).catch(() => null)
    const start = new URL(preferences?.start_page ?? '/home', location.origin)
    const search = Object.fromEntries(start.searchParams)
    throw redirect({ to: start.pathname === '/' ? '/home' : start.pathname, search } as never)
  },
})

const page = <const Path extends string>(path: Path, load: () => Promise<Record<string, unknown>>, name: string) =>
  createRoute({
    getParentRoute: () => inside,
    path,
    validateSearch: asText,
    // biome-ignore lint/suspicious/noExplicitAny: a page takes nothing from the router but what it asks for by its hooks
    component: lazyRouteComponent(load as any, name),
  })

const pages = [
  page('/home', () => import('./pages/home/home-page.tsx'), 'HomePage'),
  page('/interactions', () => import('./pages/interactions/interactions-page.tsx'), 'InteractionsPage'),
  page('/interactions/$id', () => import('./pages/interaction/interaction-page.tsx'), 'InteractionPage'),
  page('/upload', () => import('./pages/upload/upload-page.tsx'), 'UploadPage'),
  page('/upload/$jobId', () => import('./pages/upload/job-page.tsx'), 'JobPage'),
  page('/agents', () => import('./pages/agents/agents-page.tsx'), 'AgentsPage'),
  page('/agents/$id', () => import('./pages/agents/agent-page.tsx'), 'AgentPage'),
  page('/reports', () => import('./pages/reports/reports-page.tsx'), 'ReportsPage'),
  page('/integrations', () => import('./pages/integrations/integrations-page.tsx'), 'IntegrationsPage'),
  page('/integrations/$section', () => import('./pages/integrations/integrations-page.tsx'), 'IntegrationsPage'),
  page('/integrations/$section/$id', () => import('./pages/integrations/integrations-page.tsx'), 'IntegrationsPage'),
  page('/settings', () => import('./pages/settings/settings-page.tsx'), 'SettingsPage'),
  page('/settings/$section', () => import('./pages/settings/settings-page.tsx'), 'SettingsPage'),
  page('/operations', () => import('./pages/operations/operations-page.tsx'), 'OperationsPage'),
  page('/account', () => import('./pages/account/account-page.tsx'), 'AccountPage'),
  createRoute({ getParentRoute: () => inside, path: '$', component: Missing }),
] as const

export const makeRouter = (client: QueryClient) =>
  createRouter({
    routeTree: root.addChildren([signIn, welcome, inside.addChildren([begin, ...pages])]),
    basepath: '/app',
    context: { client },
    defaultPreload: 'intent',
    defaultPendingComponent: Waiting,
    defaultErrorComponent: Crashed,
    scrollRestoration: true,
  })

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof makeRouter>
  }
}
