// What each role may do: a table of rights.

import { List, Table, Text } from '@mantine/core'
import { IconCheck } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { Panel } from '../../components/panel.tsx'
import { TableRegion } from '../../components/table-region.tsx'
import type settings from '../../strings/en/settings.json'
import { roleNames, scopeNames, scopesOf } from './roles.ts'

type Known = keyof typeof settings.scopes

export function RolesPart() {
  const { t } = useTranslation('settings')
  return (
    <>
      <Panel title={t('part.roles')} about={t('roles.about')}>
        <List spacing={4} size="sm">
          {roleNames.map((role) => (
            <List.Item key={role}>
              <b>{t(`role.${role}`)}</b>: {t(`roleText.${role}`)}
            </List.Item>
          ))}
        </List>
        <Text size="sm">{t('roles.levels')}</Text>
      </Panel>
      <Panel title={t('roles.table')}>
        <TableRegion
          label={t('roles.table')}
          headings={[t('roles.right'), ...roleNames.map((role) => t(`role.${role}`))]}
          minWidth={680}
        >
          {scopeNames.map((scope) => (
            <Table.Tr key={scope}>
              <Table.Th scope="row" fw={400}>
                {t(`scopes.${scope.replace(':', '_') as Known}`)}
              </Table.Th>
              {roleNames.map((role) => (
                <Table.Td key={role}>
                  {scopesOf[role].includes(scope) ? (
                    <IconCheck size={16} role="img" aria-label={t('roles.yes')} />
                  ) : (
                    <Text span c="dimmed" size="xs">
                      {t('roles.no')}
                    </Text>
                  )}
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </TableRegion>
      </Panel>
    </>
  )
}
