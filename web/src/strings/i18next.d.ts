import 'i18next'
import type account from './en/account.json'
import type agents from './en/agents.json'
import type charts from './en/charts.json'
import type home from './en/home.json'
import type integrations from './en/integrations.json'
import type interaction from './en/interaction.json'
import type interactions from './en/interactions.json'
import type operations from './en/operations.json'
import type reports from './en/reports.json'
import type settings from './en/settings.json'
import type shell from './en/shell.json'
import type upload from './en/upload.json'
import type welcome from './en/welcome.json'

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'shell'
    resources: {
      account: typeof account
      agents: typeof agents
      charts: typeof charts
      home: typeof home
      integrations: typeof integrations
      interaction: typeof interaction
      interactions: typeof interactions
      operations: typeof operations
      reports: typeof reports
      settings: typeof settings
      shell: typeof shell
      upload: typeof upload
      welcome: typeof welcome
    }
  }
}
