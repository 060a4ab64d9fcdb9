/** What PostgreSQL tells of a slot that nobody reads, and of a plain table; as `PostgresDouble` answers. */
export const idleSlot = {
  plugin: 'pgoutput',
  database: 'erp',
  here: 'erp',
  confirmed_flush_lsn: '0/64',
  active_pid: null as number | null,
  wal_status: 'reserved',
  safe_wal_size: null as number | null,
};

export const plainMember = {
  name: 'public.item',
  isChild: false,
  identity: 'd',
  fullFails: false,
  columns: ['id'],
  carried: ['id'],
  primaryKey: ['id'],
};
