// Which board is shown: those that are always there, one's own, and those that are shared.

import { ActionIcon, Badge, Button, Group, Menu, Modal, Stack, Table, Text, Tooltip } from '@mantine/core'
import {
  IconArrowDown,
  IconArrowUp,
  IconChevronDown,
  IconHome,
  IconLayoutDashboard,
  IconPlus,
  IconTrash,
} from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { Fragment, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ask } from '../../components/actions.tsx'
import { Loaded } from '../../components/states.tsx'
import { type BoardActs, useBoardActs } from './board-acts.ts'
import { moved } from './order.ts'
import { type Board, type BoardSummary, boardsQuery } from './queries.ts'

const kinds = ['own', 'shared', 'default'] as const

export function BoardSwitcher({ board }: { board: Board }) {
  const { t } = useTranslation(['home', 'shell'])
  const acts = useBoardActs()
  const boards = useQuery(boardsQuery)
  const [isArranging, setArranging] = useState(false)
  return (
    <>
      <Menu position="bottom-end" width={280}>
        <Menu.Target>
          <Button
            variant="default"
            leftSection={<IconLayoutDashboard size={16} aria-hidden />}
            rightSection={<IconChevronDown size={14} aria-hidden />}
          >
            {t('boards.title')}
          </Button>
        </Menu.Target>
        <Menu.Dropdown className="board-menu">
          {kinds.map((kind) => {
            const those = (boards.data ?? []).filter((one) => one.kind === kind)
            return (
              those.length > 0 && (
                <Fragment key={kind}>
                  <Menu.Label>{t(`boards.${kind}`)}</Menu.Label>
                  {those.map(({ id, name, is_home }) => (
                    <Menu.Item
                      key={id}
                      fw={id === board.id ? 650 : undefined}
                      aria-current={id === board.id ? 'page' : undefined}
                      rightSection={is_home ? <IconHome size={14} aria-label={t('boards.isHome')} /> : undefined}
                      onClick={() => void acts.open(id, false)}
                    >
                      {name}
                    </Menu.Item>
                  ))}
                </Fragment>
              )
            )
          })}
          <Menu.Divider />
          <Menu.Item
            leftSection={<IconPlus size={14} aria-hidden />}
            onClick={() => acts.create.mutate({ name: t('boards.newName'), widgets: [], isEdited: true })}
          >
            {t('boards.new')}
          </Menu.Item>
          <Menu.Item onClick={() => setArranging(true)}>{t('boards.arrange')}</Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <Modal
        opened={isArranging}
        onClose={() => setArranging(false)}
        title={t('boards.arrange')}
        size="lg"
        closeButtonProps={{ 'aria-label': t('shell:action.close') }}
      >
        <Loaded query={boards}>{(all) => <Arrange boards={all} shown={board} acts={acts} />}</Loaded>
      </Modal>
    </>
  )
}

function Arrange({ boards, shown, acts }: { boards: BoardSummary[]; shown: Board; acts: BoardActs }) {
  const { t } = useTranslation(['home', 'shell'])
  const move = (from: number, to: number) => acts.order.mutate(moved(boards, from, to).map(({ id }) => id))
  const remove = ({ id, name, sharing }: BoardSummary) =>
    ask({
      title: t('boards.delete', { name }),
      text: t(sharing === 'private' ? 'boards.deleteText' : 'boards.deleteShared'),
      confirm: t('shell:action.delete'),
      onConfirm: () =>
        acts.remove.mutate(id, { onSuccess: () => id === shown.id && void acts.open('overview', false) }),
    })
  const act = (label: string, Sign: typeof IconHome, run: () => void, disabled: boolean) => (
    <Tooltip label={label}>
      <ActionIcon size={28} variant="subtle" color="gray" aria-label={label} disabled={disabled} onClick={run}>
        <Sign size={16} aria-hidden />
      </ActionIcon>
    </Tooltip>
  )
  return (
    <Stack gap="xs">
      <Text size="sm" c="dimmed">
        {t('boards.arrangeAbout')}
      </Text>
      <Table.ScrollContainer minWidth={420}>
        <Table>
          <Table.Caption className="chart-unseen">{t('boards.arrange')}</Table.Caption>
          <Table.Thead>
            <Table.Tr>
              <Table.Th scope="col">{t('boards.name')}</Table.Th>
              <Table.Th scope="col">{t('boards.kind')}</Table.Th>
              <Table.Th scope="col" ta="end">
                {t('boards.acts')}
              </Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {boards.map((board, index) => (
              <Table.Tr key={board.id}>
                <Table.Th scope="row" fw={500}>
                  {board.name}
                </Table.Th>
                <Table.Td>
                  <Badge variant="light" color="gray" tt="none" fw={550}>
                    {t(`boards.${board.kind}`)}
                  </Badge>
                </Table.Td>
                <Table.Td>
                  <Group gap={2} justify="flex-end" wrap="nowrap">
                    {act(
                      board.is_home ? t('boards.isHome') : t('boards.makeHome', { name: board.name }),
                      IconHome,
                      () => acts.home.mutate(board.id),
                      board.is_home,
                    )}
                    {act(t('boards.up', { name: board.name }), IconArrowUp, () => move(index, index - 1), index === 0)}
                    {act(
                      t('boards.down', { name: board.name }),
                      IconArrowDown,
                      () => move(index, index + 1),
                      index === boards.length - 1,
                    )}
                    {act(
                      board.may_change
                        ? t('boards.delete', { name: board.name })
                        : t('boards.stays', { name: board.name }),
                      IconTrash,
                      () => remove(board),
                      !board.may_change,
                    )}
                  </Group>
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Stack>
  )
}
