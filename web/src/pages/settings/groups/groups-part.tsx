// Departments and their teams.

import { ActionIcon, Anchor, Badge, Button, Group, Menu, Paper, Stack, Text, Title } from '@mantine/core'
import { IconDots, IconPlus } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useMay } from '../../../api/session.ts'
import { useAct } from '../../../components/act.ts'
import { ask } from '../../../components/actions.tsx'
import { Panel } from '../../../components/panel.tsx'
import { Blank, Loaded } from '../../../components/states.tsx'
import { GroupDrawer, type GroupTask } from './group-drawer.tsx'
import { type Department, deleteDepartment, deleteTeam, departmentsQuery, type Team } from './queries.ts'

export function GroupsPart() {
  const { t } = useTranslation('settings')
  const may = useMay()
  const mayManage = may('teams:manage')
  const departments = useQuery(departmentsQuery)
  const [task, setTask] = useState<GroupTask | null>(null)
  const add = (
    <Button
      size="xs"
      disabled={!mayManage}
      leftSection={<IconPlus size={16} aria-hidden />}
      onClick={() => setTask({ kind: 'newDepartment' })}
    >
      {t('groups.newDepartment')}
    </Button>
  )
  return (
    <Panel title={t('part.groups')} about={t('groups.about')} actions={add}>
      {!mayManage && (
        <Text size="sm" c="dimmed">
          {t('groups.readOnly')}
        </Text>
      )}
      {may('agents:read') && (
        <Anchor component={Link} to="/agents" size="sm">
          {t('groups.import')}
        </Anchor>
      )}
      <Loaded query={departments}>
        {(found) =>
          found.length === 0 ? (
            <Blank title={t('groups.none')}>{t('groups.noneText')}</Blank>
          ) : (
            <Stack gap="sm">
              {found.map((department) => (
                <DepartmentCard
                  key={department.department_id}
                  department={department}
                  mayManage={mayManage}
                  onTask={setTask}
                />
              ))}
            </Stack>
          )
        }
      </Loaded>
      {task && <GroupDrawer task={task} departments={departments.data ?? []} onClose={() => setTask(null)} />}
    </Panel>
  )
}

function DepartmentCard(props: { department: Department; mayManage: boolean; onTask: (task: GroupTask) => void }) {
  const { department, mayManage, onTask } = props
  const { t } = useTranslation('settings')
  const remove = useAct(deleteDepartment, { touches: [['departments']], done: t('groups.deleted') })
  const removeTeam = useAct(deleteTeam, { touches: [['departments']], done: t('groups.deleted') })
  const { name, teams, colour } = department
  const askDelete = () =>
    ask({
      title: t('groups.deleteDepartment', { name }),
      text: t('groups.deleteDepartmentText', { count: teams.length }),
      confirm: t('groups.delete'),
      onConfirm: () => remove.mutate(department.department_id),
    })
  const askDeleteTeam = (team: Team) =>
    ask({
      title: t('groups.deleteTeam', { name: team.name }),
      text: t('groups.deleteTeamText'),
      confirm: t('groups.delete'),
      onConfirm: () => removeTeam.mutate(team.team_id),
    })
  return (
    <Paper withBorder p="sm" component="section" aria-label={name}>
      <Group justify="space-between" wrap="nowrap">
        <Group gap="xs" wrap="nowrap" miw={0}>
          <span className="settings-dot" style={{ background: colour ?? 'transparent' }} aria-hidden />
          <Title order={3} style={{ overflowWrap: 'anywhere' }}>
            {name}
          </Title>
          <Badge variant="default" tt="none" fw={400}>
            {t('groups.teamCount', { count: teams.length })}
          </Badge>
        </Group>
        {mayManage && (
          <GroupMenu
            label={t('groups.actionsFor', { name })}
            items={[
              { label: t('groups.change'), act: () => onTask({ kind: 'department', department }) },
              { label: t('groups.newTeam'), act: () => onTask({ kind: 'newTeam', department }) },
              { label: t('groups.delete'), act: askDelete, isRed: true },
            ]}
          />
        )}
      </Group>
      <Stack component="ul" gap={2} m={0} pl={22} mt={4}>
        {teams.map((team) => (
          <Group component="li" key={team.team_id} justify="space-between" wrap="nowrap">
            <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
              {team.name}
            </Text>
            {mayManage && (
              <GroupMenu
                label={t('groups.actionsFor', { name: team.name })}
                items={[
                  { label: t('groups.changeTeam'), act: () => onTask({ kind: 'team', team, department }) },
                  { label: t('groups.delete'), act: () => askDeleteTeam(team), isRed: true },
                ]}
              />
            )}
          </Group>
        ))}
      </Stack>
    </Paper>
  )
}

function GroupMenu({ label, items }: { label: string; items: { label: string; act: () => void; isRed?: boolean }[] }) {
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon variant="subtle" aria-label={label}>
          <IconDots size={16} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {items.map((item) => (
          <Menu.Item key={item.label} onClick={item.act} {...(item.isRed ? { color: 'red' } : {})}>
            {item.label}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  )
}
