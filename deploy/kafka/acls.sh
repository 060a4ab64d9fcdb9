#!/bin/sh
# Made from the tables of processes and topics by `npm run generate`. Do not edit.
# The rights of each process on a cluster without an operator; a second run changes nothing. Give each user a password
# first (kafka-configs.sh --alter --add-config 'SCRAM-SHA-512=[password=...]' --entity-type users --entity-name NAME).
# For the shop instance main; for another: `npm run generate -- --instance NAME`.
#   ACLS='kafka-acls.sh --bootstrap-server HOST:PORT --command-config admin.properties' sh deploy/kafka/acls.sh
set -eu

# order-exporter
$ACLS --add --allow-principal User:cartage-main-order-exporter --operation Read --topic 'magento.orders' --topic 'magento.customers' --topic 'cartage.controls'
$ACLS --add --allow-principal User:cartage-main-order-exporter --operation Read --operation Write --topic 'cartage.parked'
$ACLS --add --allow-principal User:cartage-main-order-exporter --operation Write --topic 'erp.fulfilments' --topic 'cartage.refresh' --topic 'cartage.outcomes'
$ACLS --add --allow-principal User:cartage-main-order-exporter --resource-pattern-type prefixed --operation Read --group 'cartage.main.order-exporter'
$ACLS --add --allow-principal User:cartage-main-order-exporter --resource-pattern-type prefixed --operation Read --operation Delete --group 'cartage-read-cartage/main/order-exporter-'

# inventory-applier
$ACLS --add --allow-principal User:cartage-main-inventory-applier --operation Read --topic 'erp.stock' --topic 'cartage.cursors' --topic 'cartage.controls'
$ACLS --add --allow-principal User:cartage-main-inventory-applier --operation Read --operation Write --topic 'cartage.parked'
$ACLS --add --allow-principal User:cartage-main-inventory-applier --operation Write --topic 'cartage.refresh' --topic 'cartage.outcomes'
$ACLS --add --allow-principal User:cartage-main-inventory-applier --resource-pattern-type prefixed --operation Read --group 'cartage.main.inventory-applier'
$ACLS --add --allow-principal User:cartage-main-inventory-applier --resource-pattern-type prefixed --operation Read --operation Delete --group 'cartage-read-cartage/main/inventory-applier-'

# catalog-applier
$ACLS --add --allow-principal User:cartage-main-catalog-applier --operation Read --topic 'erp.products' --topic 'erp.prices' --topic 'cartage.controls'
$ACLS --add --allow-principal User:cartage-main-catalog-applier --operation Read --operation Write --topic 'cartage.parked'
$ACLS --add --allow-principal User:cartage-main-catalog-applier --operation Write --topic 'cartage.refresh' --topic 'cartage.outcomes'
$ACLS --add --allow-principal User:cartage-main-catalog-applier --resource-pattern-type prefixed --operation Read --group 'cartage.main.catalog-applier'
$ACLS --add --allow-principal User:cartage-main-catalog-applier --resource-pattern-type prefixed --operation Read --operation Delete --group 'cartage-read-cartage/main/catalog-applier-'

# shipment-applier
$ACLS --add --allow-principal User:cartage-main-shipment-applier --operation Read --topic 'erp.fulfilments' --topic 'cartage.cursors' --topic 'cartage.controls'
$ACLS --add --allow-principal User:cartage-main-shipment-applier --operation Read --operation Write --topic 'cartage.outcomes' --topic 'cartage.parked'
$ACLS --add --allow-principal User:cartage-main-shipment-applier --operation Write --topic 'cartage.refresh'
$ACLS --add --allow-principal User:cartage-main-shipment-applier --resource-pattern-type prefixed --operation Read --group 'cartage.main.shipment-applier'
$ACLS --add --allow-principal User:cartage-main-shipment-applier --resource-pattern-type prefixed --operation Read --operation Delete --group 'cartage-read-cartage/main/shipment-applier-'

# order-relay
$ACLS --add --allow-principal User:cartage-main-order-relay --operation Read --operation Write --topic 'magento.orders' --topic 'magento.customers' --topic 'cartage.refresh' --topic 'cartage.parked' --topic 'cartage.cursors'
$ACLS --add --allow-principal User:cartage-main-order-relay --operation Read --topic 'cartage.controls'
$ACLS --add --allow-principal User:cartage-main-order-relay --operation Write --topic 'cartage.outcomes'
$ACLS --add --allow-principal User:cartage-main-order-relay --resource-pattern-type prefixed --operation Read --group 'cartage.main.order-relay'
$ACLS --add --allow-principal User:cartage-main-order-relay --resource-pattern-type prefixed --operation Read --operation Delete --group 'cartage-read-cartage/main/order-relay-'

# erp-ingester
$ACLS --add --allow-principal User:cartage-main-erp-ingester --operation Read --operation Write --topic 'erp.stock' --topic 'erp.products' --topic 'erp.prices' --topic 'erp.fulfilments' --topic 'cartage.refresh' --topic 'cartage.parked' --topic 'cartage.cursors'
$ACLS --add --allow-principal User:cartage-main-erp-ingester --operation Read --topic 'cartage.controls'
$ACLS --add --allow-principal User:cartage-main-erp-ingester --operation Write --topic 'cartage.outcomes'
$ACLS --add --allow-principal User:cartage-main-erp-ingester --resource-pattern-type prefixed --operation Read --group 'cartage.main.erp-ingester'
$ACLS --add --allow-principal User:cartage-main-erp-ingester --resource-pattern-type prefixed --operation Read --operation Delete --group 'cartage-read-cartage/main/erp-ingester-'

# reconciler
$ACLS --add --allow-principal User:cartage-main-reconciler --operation Read --operation Describe --topic 'magento.orders' --topic 'magento.customers' --topic 'erp.stock' --topic 'erp.products' --topic 'erp.prices' --topic 'erp.fulfilments'
$ACLS --add --allow-principal User:cartage-main-reconciler --operation Read --operation Write --operation Describe --topic 'cartage.refresh'
$ACLS --add --allow-principal User:cartage-main-reconciler --operation Read --topic 'cartage.outcomes' --topic 'cartage.parked' --topic 'cartage.cursors' --topic 'cartage.controls'
$ACLS --add --allow-principal User:cartage-main-reconciler --operation Read --operation Write --topic 'cartage.differences'
$ACLS --add --allow-principal User:cartage-main-reconciler --resource-pattern-type prefixed --operation Read --group 'cartage.main.reconciler'
$ACLS --add --allow-principal User:cartage-main-reconciler --resource-pattern-type prefixed --operation Read --operation Delete --group 'cartage-read-cartage/main/reconciler-'
$ACLS --add --allow-principal User:cartage-main-reconciler --resource-pattern-type prefixed --operation Describe --group 'cartage.main.order-exporter' --group 'cartage.main.inventory-applier' --group 'cartage.main.catalog-applier' --group 'cartage.main.shipment-applier' --group 'cartage.main.order-relay' --group 'cartage.main.erp-ingester'

# console
$ACLS --add --allow-principal User:cartage-main-console --operation Read --operation Describe --topic 'magento.orders' --topic 'erp.stock' --topic 'erp.products' --topic 'erp.prices' --topic 'erp.fulfilments'
$ACLS --add --allow-principal User:cartage-main-console --operation Read --operation Write --operation Describe --topic 'cartage.refresh'
$ACLS --add --allow-principal User:cartage-main-console --operation Read --topic 'cartage.outcomes' --topic 'cartage.cursors' --topic 'cartage.differences'
$ACLS --add --allow-principal User:cartage-main-console --operation Read --operation Write --topic 'cartage.parked' --topic 'cartage.controls' --topic 'cartage.audit'
$ACLS --add --allow-principal User:cartage-main-console --resource-pattern-type prefixed --operation Read --operation Delete --group 'cartage-read-cartage/main/console-'
$ACLS --add --allow-principal User:cartage-main-console --resource-pattern-type prefixed --operation Describe --group 'cartage.main.order-exporter' --group 'cartage.main.inventory-applier' --group 'cartage.main.catalog-applier' --group 'cartage.main.shipment-applier' --group 'cartage.main.order-relay' --group 'cartage.main.erp-ingester'
$ACLS --add --allow-principal User:cartage-main-console --operation Describe --topic 'magento.customers'

# cli
$ACLS --add --allow-principal User:cartage-main-cli --operation Read --operation Describe --operation Create --operation AlterConfigs --topic 'magento.orders' --topic 'magento.customers' --topic 'erp.stock' --topic 'erp.products' --topic 'erp.prices' --topic 'erp.fulfilments' --topic 'cartage.outcomes' --topic 'cartage.cursors' --topic 'cartage.differences'
$ACLS --add --allow-principal User:cartage-main-cli --operation Read --operation Write --operation Describe --operation Create --operation AlterConfigs --topic 'cartage.refresh' --topic 'cartage.parked' --topic 'cartage.controls' --topic 'cartage.audit'
$ACLS --add --allow-principal User:cartage-main-cli --resource-pattern-type prefixed --operation Read --operation Delete --group 'cartage-read-cartage/main/cli-'

# scaler
$ACLS --add --allow-principal User:cartage-main-scaler --operation Describe --topic 'magento.orders' --topic 'magento.customers' --topic 'cartage.refresh'
$ACLS --add --allow-principal User:cartage-main-scaler --resource-pattern-type prefixed --operation Describe --group 'cartage.main.order-exporter' --group 'cartage.main.order-relay'
