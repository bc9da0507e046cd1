export type EdmType = 'Edm.String' | 'Edm.Decimal' | 'Edm.Date' | 'Edm.DateTimeOffset' | 'Edm.Boolean';

/** What a property holds. Decimals are text with all their digits. */
export type PropertyValue = string | boolean | null;

export type ErpRow = Record<string, PropertyValue | ErpRow[]>;

export interface EntityType {
  name: string;
  key: string;
  properties: Readonly<Record<string, EdmType>>;
  /** Collections that come along when `$expand` names them. */
  navigation: Readonly<Record<string, Omit<EntityType, 'navigation'>>>;
}

const text = 'Edm.String';
const amount = 'Edm.Decimal';
const date = 'Edm.Date';
const stamp = 'Edm.DateTimeOffset';

/** The entity sets of the sales service, named as such services name them. */
export const entitySets = {
  BusinessPartners: {
    name: 'BusinessPartner',
    key: 'BusinessPartner',
    properties: {
      BusinessPartner: text,
      BusinessPartnerCategory: text,
      BusinessPartnerFullName: text,
      OrganizationBPName1: text,
      FirstName: text,
      LastName: text,
      CorrespondenceLanguage: text,
      Country: text,
      BirthDate: date,
      EmailAddress: text,
      PhoneNumber: text,
      VATRegistration: text,
      WebsiteURL: text,
      CreationDate: date,
      LastChangeDateTime: stamp,
    },
    navigation: {
      Addresses: {
        name: 'BusinessPartnerAddress',
        key: 'AddressID',
        properties: {
          AddressID: text,
          AddressUsage: text,
          StreetName: text,
          PostalCode: text,
          CityName: text,
          Region: text,
          Country: text,
        },
      },
      TaxNumbers: {
        name: 'BusinessPartnerTaxNumber',
        key: 'BPTaxType',
        properties: { BPTaxType: text, BPTaxNumber: text },
      },
    },
  },
  SalesOrders: {
    name: 'SalesOrder',
    key: 'SalesOrder',
    properties: {
      SalesOrder: text,
      SalesOrderType: text,
      SoldToParty: text,
      PurchaseOrderByCustomer: text,
      SalesOrderDate: date,
      RequestedDeliveryDate: date,
      ConfirmedDeliveryDate: date,
      OverallSDProcessStatus: text,
      TransactionCurrency: text,
      TotalNetAmount: amount,
      TotalTaxAmount: amount,
      TotalGrossAmount: amount,
      LastChangeDateTime: stamp,
    },
    navigation: {
      Items: {
        name: 'SalesOrderItem',
        key: 'SalesOrderItem',
        properties: {
          SalesOrderItem: text,
          Material: text,
          SalesOrderItemText: text,
          RequestedQuantity: amount,
          RejectedQuantity: amount,
          RequestedQuantityUnit: text,
          NetPriceAmount: amount,
          DiscountPercent: amount,
          NetAmount: amount,
          TaxAmount: amount,
        },
      },
    },
  },
  Returns: {
    name: 'CustomerReturn',
    key: 'CustomerReturn',
    properties: {
      CustomerReturn: text,
      SoldToParty: text,
      ReferenceSalesOrder: text,
      ReferenceDelivery: text,
      ReturnReason: text,
      ReturnStatus: text,
      ReturnDateTime: stamp,
      TransactionCurrency: text,
      TotalGrossAmount: amount,
      LastChangeDateTime: stamp,
    },
    navigation: {
      Items: {
        name: 'CustomerReturnItem',
        key: 'CustomerReturnItem',
        properties: {
          CustomerReturnItem: text,
          ReferenceSalesOrderItem: text,
          Material: text,
          ReturnQuantity: amount,
          ReturnQuantityUnit: text,
        },
      },
    },
  },
} as const satisfies Record<string, EntityType>;

export type EntitySetName = keyof typeof entitySets;

export function isEntitySet(name: string): name is EntitySetName {
  return Object.hasOwn(entitySets, name);
}
