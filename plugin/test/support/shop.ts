/** A small feature that has one of everything. */
export const shopProto = `syntax = "proto3";
package shop.v1;
import "sessionstream/v1/options.proto";
option (sessionstream.v1.feature) = {name: "Shop"};

// Put an article into the cart.
message AddArticleCommand {
  option (sessionstream.v1.command) = {emits: ["ShopArticleAdded"]};
  string sku = 1;
}

// An article is in the cart.
message ArticleAddedEvent {
  option (sessionstream.v1.event) = {ui: ["ShopCartShown"] timeline: ["ShopCart"]};
  string sku = 1;
}

message CartShownUpdate {
  option (sessionstream.v1.ui_event) = {};
  option deprecated = true;
  int32 articles = 1;
}

message CartEntity {
  option (sessionstream.v1.timeline_entity) = {};
  string cart_id = 1 [(sessionstream.v1.entity_id) = true];
  int32 articles = 2;
}

// Pack what is in the cart.
message PackCartRun {
  option (sessionstream.v1.run) = {emits: ["ShopArticleAdded"] retries: 3 retry_after_ms: 5000};
  string cart_id = 1;
}
`;
